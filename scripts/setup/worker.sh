# shellcheck shell=bash
# The worker beside the server: sends messages, lets deadlines act. Needs VENV and DATA_HOME.

readonly WORKER_STOPS_S=30

# start_worker: in the background, as a child of this process, which the server then becomes; it ends with it.
# Ctrl-C reaches it as it reaches the server. It yields to the server: people wait for that, nobody for this.
start_worker() {
  nice -n 5 "$VENV/bin/gridmap" work --with-parent "$$" </dev/null 7>&- 8<&- 9>&- &
}

# workers_here: prints the process numbers of the workers on this folder's private database.
workers_here() {
  local line process
  while IFS= read -r line; do
    process=${line#/proc/}
    process=${process%/cmdline}
    if [[ $({ tr '\0' ' ' <"/proc/$process/cmdline"; } 2>/dev/null) == *" $VENV/bin/gridmap work"* ]] &&
      grep -sqzxF -e "GRIDMAP_HOME=$DATA_HOME" "/proc/$process/environ"; then
      printf '%s\n' "$process"
    fi
  done < <(grep -slzF -e "$VENV/bin/gridmap" /proc/[0-9]*/cmdline)
}

# stop_workers: ask them to end and wait until they have; what they were sending is finished first.
stop_workers() {
  local tries workers
  workers=$(workers_here)
  if [[ -z $workers ]]; then return; fi
  # shellcheck disable=SC2086 # one word a process
  kill -TERM $workers 2>/dev/null || true
  for ((tries = 0; tries < WORKER_STOPS_S * 5; tries++)); do
    if [[ -z $(workers_here) ]]; then return; fi
    sleep 0.2
  done
  refuse "消息服务没有在 $WORKER_STOPS_S 秒内停止，请稍后再试。" "The worker has not ended within $WORKER_STOPS_S seconds; try again later."
}
