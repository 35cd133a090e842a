# shellcheck shell=bash disable=SC2034
# What the machine has and lacks: Python, disk space, system packages. Sets PYTHON and POSTGRES_BIN.

readonly LEAST_FREE_KIB=$((2 * 1024 * 1024))
readonly APT_PATIENCE_S=120

# find_python: sets PYTHON to the first Python 3.11 or newer.
find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    PYTHON=$("$candidate" -c 'import sys; print(sys.executable * (sys.version_info >= (3, 11)))' 2>/dev/null) || true
    if [[ -n $PYTHON ]]; then return; fi
  done
  refuse "需要 Python 3.11 或更高版本，本机是 $(python3 --version 2>/dev/null || echo '没有 Python')。" \
    "Python 3.11 or newer is needed; this machine has $(python3 --version 2>/dev/null || echo 'none')."
}

# find_postgres [VERSION]: sets POSTGRES_BIN to the newest server (15+) that has PostGIS; fails if there is none.
# With VERSION only that one will do: a data directory belongs to one major version.
find_postgres() {
  local bin version
  while read -r version; do
    bin=/usr/lib/postgresql/$version/bin
    if [[ -x $bin/initdb && -f /usr/share/postgresql/$version/extension/postgis.control ]] &&
      { [[ -z ${1:-} ]] && ((version >= 15)) || [[ $version == "${1:-}" ]]; }; then
      POSTGRES_BIN=$bin
      return
    fi
  done < <(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -rn)
  return 1
}

# existing_part PATH: prints the path itself or its nearest parent that exists.
existing_part() {
  local path=$1
  while [[ ! -e $path ]]; do path=$(dirname "$path"); done
  printf '%s\n' "$path"
}

# require_space PATH: refuse when less than 2 GB are free where PATH is or will be.
require_space() {
  local free
  free=$(df -Pk -- "$(existing_part "$1")" | awk 'NR == 2 { print $4 }')
  if ((free < LEAST_FREE_KIB)); then
    refuse "$1 所在磁盘只剩 $((free / 1024)) MB，至少需要 2 GB 空闲空间。" \
      "Only $((free / 1024)) MB are free on the disk of $1; at least 2 GB are needed."
  fi
}

# as_administrator COMMAND...: run it as root, through sudo when this is an ordinary user.
as_administrator() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

# require_administrator PACKAGE...: refuse when this user can never install packages.
require_administrator() {
  if ! command -v apt-get >/dev/null; then
    refuse "本机没有 apt-get，请先用系统自己的办法安装：$*。" \
      "This machine has no apt-get; install these by its own means first: $*."
  fi
  if ((EUID == 0)); then return; fi
  if ! command -v sudo >/dev/null || { ! sudo -n true 2>/dev/null && [[ ! -t 0 ]]; }; then
    refuse "缺少系统软件包，而当前用户无权安装；请管理员执行：apt-get install $*" \
      "System packages are missing and this user may not install them; ask an administrator to run: apt-get install $*"
  fi
}

# apt_get COMMAND...: run apt-get without questions, its words kept in APT_LOG, waiting while another apt runs.
apt_get() {
  local started=$SECONDS
  until as_administrator env DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@" </dev/null >"$APT_LOG" 2>&1; do
    if ! grep -qE 'Could not get lock|Unable to (acquire|lock)' "$APT_LOG"; then return 1; fi
    if ((SECONDS - started > APT_PATIENCE_S)); then
      refuse "另一个程序正占用 apt，等了 ${APT_PATIENCE_S} 秒仍未释放，请稍后再试。" \
        "Another program holds apt and did not let go within ${APT_PATIENCE_S} s; try again later."
    fi
    sleep 3
  done
}

# refuse_packages PACKAGE...: say why apt could not install them.
refuse_packages() {
  last_lines "$APT_LOG"
  if grep -qE 'No space left|enough free space' "$APT_LOG"; then
    refuse "磁盘已满，无法安装：$*。" "The disk is full; these could not be installed: $*."
  fi
  if grep -qE 'resolv|Could not connect|Failed to fetch|Unable to locate|no installation candidate' "$APT_LOG"; then
    refuse "从软件源取不到这些软件包，请检查网络和 apt 的源：$*。" \
      "The package source did not deliver these; check the network and apt's sources: $*."
  fi
  refuse "系统软件包安装失败（原因见上）：$*。" "These system packages could not be installed (reason above): $*."
}

# distribution_postgres: prints the major version that this distribution offers.
distribution_postgres() {
  local version
  version=$(apt-cache policy postgresql | sed -n 's/^ *Candidate: \([0-9][0-9]*\).*/\1/p')
  if [[ -z $version ]]; then refuse_packages postgresql postgresql-postgis; fi
  if ((version < 15)); then
    refuse "本系统提供的 PostgreSQL 是 $version，需要 15 或更高；可用 DATABASE_URL 指定别的服务器。" \
      "This system offers PostgreSQL $version, 15 or newer is needed; DATABASE_URL can name another server."
  fi
  printf '%s\n' "$version"
}

# install_packages NEED...: bring what is missing. NEED is postgres[=VERSION], venv, or a package's name.
install_packages() {
  local need version packages=()
  require_administrator "$(packages_in_words "$@")"
  say "安装系统软件包……" "Installing system packages: $(packages_in_words "$@") ..."
  APT_LOG=$(mktemp)
  # A source that is out of order must not stop the others: what matters is whether the install succeeds.
  apt_get update || true
  for need in "$@"; do
    case $need in
      postgres*)
        version=${need#postgres}
        version=${version#=}
        if [[ -z $version ]]; then version=$(distribution_postgres) || exit 1; fi
        packages+=("postgresql-$version" "postgresql-$version-postgis-3")
        ;;
      venv) packages+=("$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')") ;;
      *) packages+=("$need") ;;
    esac
  done
  if ! apt_get install --no-install-recommends "${packages[@]}"; then refuse_packages "${packages[@]}"; fi
  rm -f -- "$APT_LOG"
}

# packages_in_words NEED...: prints package names for a reader, before the exact versions are known.
packages_in_words() {
  local need words=()
  for need in "$@"; do
    case $need in
      postgres) words+=(postgresql postgresql-postgis) ;;
      postgres=*) words+=("postgresql-${need#*=}" "postgresql-${need#*=}-postgis-3") ;;
      venv) words+=(python3-venv) ;;
      *) words+=("$need") ;;
    esac
  done
  printf '%s' "${words[*]}"
}

# require_packages NEED...: install those of the needs that the machine lacks; asks no package source when none is.
require_packages() {
  local need missing=()
  for need in "$@"; do
    has_package "$need" || missing+=("$need")
  done
  if ((${#missing[@]} == 0)); then return; fi
  install_packages "${missing[@]}"
  for need in "${missing[@]}"; do
    if ! has_package "$need"; then
      refuse "安装之后仍然缺少：$(packages_in_words "$need")。" \
        "Still missing after the installation: $(packages_in_words "$need")."
    fi
  done
}

# has_package NEED: is it there, judged by what it brings?
has_package() {
  case $1 in
    postgres) find_postgres ;;
    postgres=*) find_postgres "${1#*=}" ;;
    venv) "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ;;
    fonts-noto-cjk) find -L /usr/share/fonts -iname '*NotoSansCJK*' -print -quit 2>/dev/null | grep -q . ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
