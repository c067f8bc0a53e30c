-- SPDX-License-Identifier: Apache-2.0
-- The server's "observe" statement counts and screens by itself (db/registry_statements.cc): one plan, which is kept.

drop function realname.observe_conduct;
drop function realname.screen;
