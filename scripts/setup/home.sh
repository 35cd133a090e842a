# shellcheck shell=bash disable=SC2034
# GRIDMAP_HOME: where the data lies, and which user the database server runs as. Sets DATA_HOME, SERVER_USER.

# as_server COMMAND...: run it as the database server's user: PostgreSQL refuses to run as root.
# From /, because that user may not read the caller's folder; without the locks, which a server would keep.
as_server() {
  (
    cd /
    if ((EUID == 0)); then exec runuser -u "$SERVER_USER" -- "$@"; fi
    exec "$@"
  ) 7>&- 8>&- 9>&-
}

# choose_home: an ordinary user's data lie in GRIDMAP_HOME or .gridmap/. For root, whose server runs as the
# system user postgres, a clone below a closed folder (/root) cannot hold them: then /var/lib/gridmap/ does.
# Where data lie already they stay, whatever the folders' modes have become.
choose_home() {
  local elsewhere
  elsewhere=/var/lib/gridmap/${ROOT##*/}-$(printf '%s' "$ROOT" | sha256sum | cut -c1-8)
  if [[ -n ${GRIDMAP_HOME:-} ]]; then
    DATA_HOME=$(realpath -m -- "$GRIDMAP_HOME")
  elif ((EUID == 0)) && [[ ! -d $ROOT/.gridmap/postgres ]] &&
    { [[ -d $elsewhere/postgres ]] || ! reaches postgres "$ROOT"; }; then
    DATA_HOME=$elsewhere
  else
    DATA_HOME=$ROOT/.gridmap
  fi
}

# reaches USER FOLDER: may that user pass through the folder (or its nearest existing parent)?
reaches() {
  SERVER_USER=$1 as_server test -x "$(existing_part "$2")"
}

# choose_server_user: ourselves; for root, the owner of the data or else postgres.
choose_server_user() {
  local owner=''
  if [[ -d $DATA_HOME/postgres ]]; then owner=$(stat -c %U -- "$DATA_HOME/postgres"); fi
  SERVER_USER=$(id -un)
  if ((EUID == 0)); then
    SERVER_USER=${owner:-postgres}
    if ! reaches "$SERVER_USER" "$DATA_HOME"; then
      refuse "以 root 运行时数据库由系统用户 $SERVER_USER 运行，而它进不了 $DATA_HOME；请用 GRIDMAP_HOME 指定别的目录，如 /var/lib/gridmap。" \
        "Started by root, the database runs as the system user $SERVER_USER, who cannot reach $DATA_HOME; name another folder in GRIDMAP_HOME, such as /var/lib/gridmap."
    fi
  elif [[ -n $owner && $owner != "$SERVER_USER" ]]; then
    refuse "$DATA_HOME 中的数据属于用户 $owner，请以该用户或 root 运行，或用 GRIDMAP_HOME 指定别的目录。" \
      "The data in $DATA_HOME belong to the user $owner; run as that user or as root, or name another folder in GRIDMAP_HOME."
  fi
}

# open_home: make the folder; closed to others, except that root's server user must pass through it.
open_home() {
  if [[ ! -d $DATA_HOME ]]; then
    (umask 022 && mkdir -p -- "$DATA_HOME" 2>/dev/null) &&
      if ((EUID == 0)); then chmod 0711 "$DATA_HOME"; else chmod 0700 "$DATA_HOME"; fi
  fi
  if [[ ! -w $DATA_HOME ]]; then
    refuse "当前用户不能写入 $DATA_HOME，请用 GRIDMAP_HOME 指定别的目录。" \
      "This user may not write to $DATA_HOME; name another folder in GRIDMAP_HOME."
  fi
}

# take_lock FD: wait for the lock on an open file, so that two starts do not set up at the same time.
take_lock() {
  if ! flock -n "$1"; then
    say "另一次启动正在准备，等待它完成……" "Another start is being prepared; waiting for it ..."
    flock "$1"
  fi
}
