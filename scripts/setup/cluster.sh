# shellcheck shell=bash
# A private PostgreSQL cluster with PostGIS in a folder of its own: FOLDER/postgres (data) and
# FOLDER/pg_service.conf (address and passwords, for its owner only). Needs POSTGRES_BIN and SERVER_USER.
#
# It listens on 127.0.0.1 only, on a port chosen once, with passwords (scram); no Unix socket, whose path
# may be too long. Two roles: superuser (extensions, backup) and gridmap, who owns the database.

readonly PORTS_FROM=54320 PORTS_TO=54419

# require_cluster FOLDER durable|throwaway: make it if it is missing, start it if it is down.
require_cluster() {
  local folder=$1 kind=$2
  if [[ ! -d $folder/postgres ]]; then make_cluster "$folder" "$kind"; fi
  if cluster_runs "$folder"; then
    await_cluster "$folder"
  else
    start_cluster "$folder" "$kind"
  fi
}

# make_cluster FOLDER KIND: initdb beside its place, then move it there whole.
make_cluster() {
  local folder=$1 new=$1/postgres.new options=() password log
  say "建立私有的 PostgreSQL 数据库……" "Making the private PostgreSQL cluster ..."
  if [[ $2 == throwaway ]]; then options=(--no-sync); fi
  log=$(mktemp)
  rm -rf -- "$new"
  mkdir -m 0700 -- "$new"
  if ((EUID == 0)); then chown "$SERVER_USER": "$new"; fi
  password=$(new_password)
  # Through a pipe of the server's own user: it could not open one of root's, and no file holds it.
  # shellcheck disable=SC2016 # the inner shell's own arguments
  if ! as_server sh -c 'cat | "$0" "$@" --pwfile=/dev/stdin' "$POSTGRES_BIN/initdb" --pgdata="$new" \
    --username=postgres --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --data-checksums "${options[@]}" \
    <<<"$password" >"$log" 2>&1; then
    last_lines "$log"
    rm -rf -- "$new" "$log"
    refuse "数据库没有建成（原因见上）。" "The database cluster was not made (reason above)."
  fi
  printf "include = 'gridmap.conf'\n" | as_server tee -a "$new/postgresql.conf" >/dev/null
  write_services "$folder" "$PORTS_FROM" "$password" "$(new_password)"
  rm -f -- "$log"
  mv -T -- "$new" "$folder/postgres"
}

# new_password: prints 48 random hexadecimal digits, which need no quoting anywhere.
new_password() {
  od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# write_services FOLDER PORT PASSWORD PASSWORD: the connection file that libpq's programs read (PGSERVICEFILE).
write_services() {
  local folder=$1 port=$2
  (
    umask 077
    {
      service_section superuser postgres postgres "$port" "$3"
      service_section gridmap gridmap gridmap "$port" "$4"
    } >"$folder/pg_service.conf.new"
  )
  mv -T -- "$folder/pg_service.conf.new" "$folder/pg_service.conf"
}

# service_section NAME USER DATABASE PORT PASSWORD: prints one section.
service_section() {
  printf '[%s]\nhost=127.0.0.1\nport=%s\nuser=%s\ndbname=%s\npassword=%s\n' "$1" "$4" "$2" "$3" "$5"
}

# service_value FOLDER SECTION KEY: prints one value of the connection file.
service_value() {
  awk -F= -v section="[$2]" -v key="$3" '/^\[/ { here = $0 == section } here && $1 == key { print $2 }' \
    "$1/pg_service.conf"
}

# cluster_url FOLDER SECTION: prints the URL that a program connects by.
cluster_url() {
  printf 'postgresql://%s:%s@127.0.0.1:%s/%s\n' "$(service_value "$1" "$2" user)" \
    "$(service_value "$1" "$2" password)" "$(service_value "$1" "$2" port)" "$(service_value "$1" "$2" dbname)"
}

# cluster_runs FOLDER: is a server of this very folder alive? A number in postmaster.pid is no proof: after a
# crash or a reboot it may be another program's. The server and all its children work inside the data folder.
cluster_runs() {
  local process
  process=$(as_server head -n 1 "$1/postgres/postmaster.pid" 2>/dev/null) &&
    [[ $(as_server readlink "/proc/$process/cwd") == "$1/postgres" ]]
}

# clear_stale_pid FOLDER: after a crash, wait for orphaned children and remove a number that is not ours.
# PostgreSQL does so itself except where the number now belongs to another program.
clear_stale_pid() {
  local tries
  for ((tries = 0; tries < 50; tries++)); do
    if ! grep -qxF -e "$1/postgres" <<<"$(as_server readlink /proc/[0-9]*/cwd 2>/dev/null)"; then
      as_server rm -f -- "$1/postgres/postmaster.pid"
      return
    fi
    sleep 0.2
  done
  refuse "上次的数据库进程还没有退出，请稍后再试。" "Processes of the last database server have not ended yet; try again later."
}

# start_cluster FOLDER KIND: start the server on its port; on the next free one if another program took that.
start_cluster() {
  local folder=$1 port tries
  clear_stale_pid "$folder"
  port=$(service_value "$folder" superuser port)
  for ((tries = 0; tries < 5; tries++)); do
    if [[ $(port_verdict 127.0.0.1 "$port") != free ]]; then
      port=$(first_free_port "$PORTS_FROM" "$PORTS_TO") || exit 1
      write_services "$folder" "$port" "$(service_value "$folder" superuser password)" \
        "$(service_value "$folder" gridmap password)"
    fi
    cluster_settings "$2" "$port" | as_server tee "$folder/postgres/gridmap.conf" >/dev/null
    as_server rm -f -- "$folder/postgres/start.log"
    if as_server "$POSTGRES_BIN/pg_ctl" start --silent --wait --timeout=600 --pgdata="$folder/postgres" \
      --log="$folder/postgres/start.log" </dev/null >/dev/null 2>&1; then
      return
    fi
    # Between our look and the start another program may have taken the port: then look again.
    if [[ $(port_verdict 127.0.0.1 "$port") == free ]]; then break; fi
  done
  as_server find "$folder/postgres/start.log" "$folder/postgres/log" -type f -newer "$folder/postgres/gridmap.conf" \
    -exec cat {} + 2>/dev/null | last_lines -
  refuse "数据库没有启动（原因见上，日志在 $folder/postgres/log）。" \
    "The database did not start (reason above, logs in $folder/postgres/log)."
}

# cluster_settings durable|throwaway PORT: prints gridmap.conf, sized from the machine.
cluster_settings() {
  local memory most_buffers=2048
  memory=$(memory_mib)
  if [[ $1 == throwaway ]]; then most_buffers=256; fi
  cat <<CONF
# Written at each start; put settings of your own into postgresql.auto.conf by ALTER SYSTEM.
listen_addresses = '127.0.0.1'
port = $2
unix_socket_directories = ''
timezone = 'UTC'
shared_buffers = $(within $((memory / 8)) 64 $most_buffers)MB
effective_cache_size = $(within $((memory / 2)) 256 65536)MB
maintenance_work_mem = $(within $((memory / 32)) 64 512)MB
work_mem = 16MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
logging_collector = on
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_size = 0
CONF
  # Parallel workers share memory in /dev/shm, which containers keep at 64 MB: too little for an index.
  if (($(df -Pk /dev/shm | awk 'NR == 2 { print $2 }') < 262144)); then
    printf 'max_parallel_workers_per_gather = 0\nmax_parallel_maintenance_workers = 0\n'
  fi
  if [[ $1 == throwaway ]]; then
    # Several workers, each with its own databases, apps and pools; races take dozens of connections each.
    printf 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n'
  else
    printf 'fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n'
  fi
}

# memory_mib: prints the memory that this machine or container may use.
memory_mib() {
  local limit
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  awk -v limit="$limit" '/^MemTotal:/ { bytes = $2 * 1024; if (limit != "max" && limit < bytes) bytes = limit
    print int(bytes / 1048576) }' /proc/meminfo
}

# within VALUE LEAST MOST: prints the value, kept between the two.
within() {
  printf '%s' $(($1 < $2 ? $2 : $1 > $3 ? $3 : $1))
}

# query FOLDER [ARGUMENT...]: run psql as the superuser; bare rows.
query() {
  local folder=$1
  shift
  PGSERVICEFILE=$folder/pg_service.conf "$POSTGRES_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

# await_cluster FOLDER: a server that recovers from a crash takes a while before it answers.
await_cluster() {
  local tries
  for ((tries = 0; tries < 600; tries++)); do
    if "$POSTGRES_BIN/pg_isready" -q -h 127.0.0.1 -p "$(service_value "$1" superuser port)"; then return; fi
    sleep 1
  done
  refuse "数据库已启动，但十分钟没有应答，请看 $1/postgres/log。" \
    "The database runs but has not answered for ten minutes; see $1/postgres/log."
}

# require_database FOLDER: the role, the database and the extensions that need a superuser; nothing if they exist.
require_database() {
  query "$1" -d service=superuser >/dev/null <<SQL || refuse "数据库 gridmap 没有建成。" "The database gridmap was not made."
SELECT 'CREATE ROLE gridmap LOGIN PASSWORD ''$(service_value "$1" gridmap password)'''
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridmap') \gexec
SELECT 'CREATE DATABASE gridmap OWNER gridmap TEMPLATE template0'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'gridmap') \gexec
\connect gridmap
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
SQL
}

# check_cluster FOLDER: refuse to work on a database that may lose or spoil what it acknowledged.
check_cluster() {
  local wrong name found expected
  wrong=$(query "$1" -d 'service=superuser dbname=gridmap' -c "
    SELECT name, found, expected FROM pg_database, LATERAL (VALUES
      ('fsync', current_setting('fsync'), 'on'),
      ('full_page_writes', current_setting('full_page_writes'), 'on'),
      ('synchronous_commit', replace(current_setting('synchronous_commit'), 'remote_apply', 'on'), 'on'),
      ('data_checksums', current_setting('data_checksums'), 'on'),
      ('encoding', pg_encoding_to_char(encoding), 'UTF8'),
      ('LC_CTYPE', datctype, 'C.UTF-8')) AS setting(name, found, expected)
    WHERE datname = current_database() AND found <> expected LIMIT 1") ||
    refuse "数据库 gridmap 无法查询（原因见上）。" "The database gridmap cannot be queried (reason above)."
  if [[ -z $wrong ]]; then return; fi
  IFS='|' read -r name found expected <<<"$wrong"
  refuse "数据库的 $name 是 $found，应为 $expected；不改正可能丢失或损坏数据，已停止。" \
    "The database's $name is $found and must be $expected; data could be lost or spoilt, so this start ends here."
}

# stop_cluster FOLDER fast|immediate: stop it if it runs.
stop_cluster() {
  if cluster_runs "$1"; then
    as_server "$POSTGRES_BIN/pg_ctl" stop --silent --mode="$2" --pgdata="$1/postgres" >/dev/null 2>&1
  fi
}
