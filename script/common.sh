# SPDX-License-Identifier: Apache-2.0
# What the scripts share. Sourced, with the repository's root as the working directory.

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  say "building ($preset)"
  export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset" ${1:+--target "$@"}
}

# A private folder that ends with the script. As root the database runs as another user, who must be able to enter it.
temporary_folder() {
  local folder
  folder=$(mktemp -d /tmp/realname-XXXXXX)
  chmod 755 "$folder"
  echo "$folder"
}

# write_config FOLDER PORT: a configuration for a private server with its certificates, printed.
write_config() {
  cat <<CONFIG
listen_address: "127.0.0.1:$2"
tls {
  certificate_file: "$1/certs/server.crt"
  private_key_file: "$1/certs/server.key"
  client_ca_file: "$1/certs/ca.crt"
}
data_dir: "$1/data"
policy_file: "$PWD/deploy/policy.textproto"
bundle_dir: "$PWD/.assets/bundles/faceplugin"
calibration_file: "$PWD/face/bundles/faceplugin/calibration.textproto"
CONFIG
}

# crowded FOLDER: thousands may come to one counter, with a few faces: the shipped policy without limits on attempts and on what is
# out of the ordinary, and without galleries.
crowded() {
  sed '/^attempts {/,/^}/d; /^velocity {/,/^}/d; /^galleries {/,/^}/d' deploy/policy.textproto >"$1/policy.textproto"
  sed -i "s|^policy_file: .*|policy_file: \"$1/policy.textproto\"|" "$1/config.textproto"
}

# start_server PROGRAM FOLDER: starts it, waits until it serves, sets server_pid and server_address.
start_server() {
  rm -f "$2/address"
  "$1" serve --config "$2/config.textproto" --address-file "$2/address" 2>>"$2/server.log" &
  server_pid=$!
  local waited=0
  while [ ! -f "$2/address" ]; do
    if ! kill -0 "$server_pid" 2>/dev/null || [ $((waited += 1)) -gt 600 ]; then
      echo "the server did not start:" >&2
      tail -n 5 "$2/server.log" >&2
      return 1
    fi
    sleep 0.1
  done
  server_address=$(cat "$2/address")
  register_agent "$(dirname "$1")" "$2"
}

# register_agent BIN FOLDER: the agent that script/dev-certs names, and made-up capture devices, where there are such certificates.
register_agent() {
  local realname=$1/realname
  [ -x "$realname" ] || realname=${bin:-build/release/bin}/realname
  [ -f "$2/certs/admin.crt" ] || return 0
  "$realname" --server "$server_address" --server-name localhost --ca "$2/certs/ca.crt" --cert "$2/certs/admin.crt" \
    --key "$2/certs/admin.key" seller set --agent agent1 --status active --contract-from "$(date -d -1year +%F)" \
    --contract-to "$(date -d +1year +%F)" --trained-until "$(date -d +1year +%F)" --reason "development" >/dev/null
  local device
  for device in "--made-up --agent agent1" "--made-up" "--device reader-1 --agent agent1 --public-key $2/certs/reader-1.pub"; do
    # shellcheck disable=SC2086
    "$realname" --server "$server_address" --server-name localhost --ca "$2/certs/ca.crt" --cert "$2/certs/admin.crt" \
      --key "$2/certs/admin.key" device set $device --status active --reason "development" >/dev/null
  done
}

stop_server() {
  [ -n "${server_pid:-}" ] || return 0
  kill "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
  server_pid=
}

# Process id of the private database: that of $data, if set, else of $folder.
postmaster() { head -n 1 "${data:-$folder/data}/cluster/postmaster.pid"; }

# A tool of PostgreSQL as the user who may enter the private database's socket folder.
sql_tool() {
  local run=()
  [ "$(id -u)" != 0 ] || run=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
  "${run[@]}" "$@"
}
# SQL on the private database, as its superuser.
sql() { sql_tool psql -X -q -h "${data:-$folder/data}/run" -U postgres -d realname -Atc "$1"; }
