# shellcheck shell=bash
# From nothing to a machine that can hold a cluster: its programs, its folder, its user. Needs the other files here.

# prepare_server: sets DATA_HOME, SERVER_USER and POSTGRES_BIN, and takes the folder's lock (9).
prepare_server() {
  local version=''
  choose_home
  choose_server_user
  require_space "$DATA_HOME"
  # Data stay with the major version that wrote them, whatever newer one the machine has by now.
  if [[ -d $DATA_HOME/postgres ]]; then version=$(<"$DATA_HOME/postgres/PG_VERSION"); fi
  require_packages "postgres${version:+=$version}"
  find_postgres "$version"
  open_home
  exec 9>"$DATA_HOME/lock"
  take_lock 9
}
