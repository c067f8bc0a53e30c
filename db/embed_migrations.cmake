# SPDX-License-Identifier: Apache-2.0
# Writes OUT, a C++ source with the text of every migration in FILES (database/number_name.sql under ROOT).
set(code "// Made from db/migrations; do not edit.\n#include \"db/migrate.h\"\n\nnamespace realname::db {\n\n")
foreach(database registry key_store)
  string(APPEND code "static const std::vector<Migration> ${database}_migrations = {\n")
  foreach(file ${FILES})
    if(file MATCHES "^${database}/0*([0-9]+)_(.*)\\.sql$")
      file(READ ${ROOT}/${file} sql)
      # Compilers limit the length of a literal: one per line.
      string(REPLACE "\\" "\\\\" sql "${sql}")
      string(REPLACE "\"" "\\\"" sql "${sql}")
      string(REPLACE "\n" "\\n\"\n    \"" sql "${sql}")
      string(APPEND code "  {${CMAKE_MATCH_1}, \"${CMAKE_MATCH_2}\",\n    \"${sql}\"},\n")
    endif()
  endforeach()
  string(APPEND code "};\n\n")
endforeach()
string(APPEND code "const std::vector<Migration>& Migrations(Database database) {\n  return database == Database::kRegistry ? registry_migrations : key_store_migrations;\n}\n\n}  // namespace realname::db\n")
file(WRITE ${OUT} "${code}")
