# shellcheck shell=bash
# TCP ports: is one free, and if not, who has it. Needs $PYTHON (machine.sh).

# port_verdict HOST PORT: prints free, taken, forbidden (below 1024 without the right) or nowhere
# (the machine has no such address). Binds and listens as the program will, but without SO_REUSEPORT,
# so that another instance of the same program counts as taken.
port_verdict() {
  "$PYTHON" - "$1" "$2" <<'PY'
import errno, socket, sys

WORDS = {errno.EADDRINUSE: "taken", errno.EACCES: "forbidden", errno.EADDRNOTAVAIL: "nowhere"}
try:
    family, kind, protocol, _, address = socket.getaddrinfo(
        sys.argv[1], int(sys.argv[2]), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
        trial.listen()
    print("free")
except socket.gaierror:
    print("nowhere")
except OSError as failure:
    print(WORDS.get(failure.errno, "nowhere"))
PY
}

# listener_of PORT: prints 'NAME PID' of a process that listens on the port, as far as this user may see it:
# of several workers the one with the lowest number, which is the one to stop.
listener_of() {
  local hex inode entry process
  hex=$(printf '%04X' "$1")
  while read -r inode; do
    entry=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" 2>/dev/null | sort -t / -k 3n | head -n 1) || true
    if [[ -n $entry ]]; then
      process=${entry#/proc/}
      process=${process%%/*}
      printf '%s %s\n' "$(<"/proc/$process/comm")" "$process"
      return
    fi
  done < <(awk -v port=":$hex\$" '$2 ~ port && $4 == "0A" { print $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null)
}

# require_port HOST PORT: refuse an address that the program could not serve on.
require_port() {
  local host=$1 port=$2 name process
  case $(port_verdict "$host" "$port") in
    free) return ;;
    taken)
      read -r name process < <(listener_of "$port") || true
      if [[ -n ${process:-} ]]; then
        refuse "端口 $port 已被 $name（进程 $process）占用，请用 --port 另选一个端口。" \
          "Port $port is taken by $name (process $process); choose another one with --port."
      fi
      refuse "端口 $port 已被其他程序占用，请用 --port 另选一个端口。" \
        "Port $port is taken by another program; choose another one with --port."
      ;;
    forbidden)
      refuse "当前用户无权使用端口 $port，请用 --port 另选一个 1024 以上的端口。" \
        "This user may not use port $port; choose one above 1024 with --port."
      ;;
    *)
      refuse "本机没有地址 $host，请用 --host 另选一个。" \
        "This machine has no address $host; choose another one with --host."
      ;;
  esac
}

# first_free_port FROM TO: prints the first port of the range that is free on 127.0.0.1.
first_free_port() {
  local port
  for ((port = $1; port <= $2; port++)); do
    if [[ $(port_verdict 127.0.0.1 "$port") == free ]]; then
      printf '%s\n' "$port"
      return
    fi
  done
  refuse "端口 $1–$2 全部被占用，数据库没有可用端口。" "The ports $1-$2 are all taken; none is left for the database."
}
