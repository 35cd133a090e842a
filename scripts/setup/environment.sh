# shellcheck shell=bash
# The virtual environment .venv/ and what is compiled with it. Needs $ROOT and $PYTHON.
#
# It is built beside its place and moved there when it is whole. A stamp in it says from what it was
# made, so that a start with nothing new asks no package registry.

readonly VENV=$ROOT/.venv
readonly VENV_NEW=$ROOT/build/venv
readonly VENV_OLD=$ROOT/build/venv.old

# environment_stamp: prints a digest of all that decides what the environment holds.
environment_stamp() {
  "$PYTHON" - "$ROOT" <<'PY'
import hashlib, json, pathlib, sys, tomllib

root = pathlib.Path(sys.argv[1])
project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
parts = [project["project"], project["build-system"], project.get("tool", {}).get("setuptools")]
parts += [(root / "constraints.txt").read_text("utf-8"), sys.version, str(root)]
print(hashlib.sha256(json.dumps(parts).encode()).hexdigest())
PY
}

# require_environment run|dev: make or renew .venv/. One for tests (dev) serves to run as well.
require_environment() {
  local kind=$1 stamp old_stamp='' old_kind=''
  if [[ -f $VENV/gridmap.stamp ]]; then read -r old_stamp old_kind <"$VENV/gridmap.stamp" || true; fi
  if [[ $old_kind == dev ]]; then kind=dev; fi
  stamp=$(environment_stamp)
  if [[ "$stamp $kind" == "$old_stamp $old_kind" ]]; then return; fi
  if [[ ! -w $ROOT ]]; then
    refuse "当前用户不能写入 $ROOT，无法建立 Python 环境 .venv。" \
      "This user may not write to $ROOT, so the Python environment .venv cannot be made."
  fi
  require_packages venv
  require_space "$ROOT"
  build_environment "$kind"
  printf '%s %s\n' "$stamp" "$kind" >"$VENV_NEW/gridmap.stamp"
  place_environment
}

# build_environment run|dev: make the whole environment in $VENV_NEW.
build_environment() {
  local target=$ROOT log=$ROOT/build/venv.log
  if [[ $1 == dev ]]; then target="${ROOT}[dev]"; fi
  say "建立 Python 环境 .venv，首次约需一两分钟……" "Making the Python environment .venv; a minute or two the first time ..."
  rm -rf -- "$VENV_NEW" "$VENV_OLD"
  mkdir -p -- "$ROOT/build"
  if ! "$PYTHON" -m venv "$VENV_NEW" >"$log" 2>&1; then
    refuse_environment "$log"
  fi
  if ! "$VENV_NEW/bin/python" -m pip install --no-input --progress-bar off \
    -c "$ROOT/constraints.txt" -e "$target" </dev/null >"$log" 2>&1; then
    refuse_environment "$log"
  fi
  rm -f -- "$log"
}

# refuse_environment LOG: remove the half-made environment and say why.
refuse_environment() {
  last_lines "$1"
  rm -rf -- "$VENV_NEW"
  if grep -qE 'No space left' "$1"; then
    refuse "磁盘已满，Python 环境没有建成。" "The disk is full; the Python environment was not made."
  fi
  if grep -qE 'NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Max retries|Network is unreachable' "$1"; then
    refuse "连不上 Python 软件包仓库，请检查网络和 pip 的设置；原有环境没有改动。" \
      "The Python package registry cannot be reached; check the network and pip's settings. What was there is unchanged."
  fi
  refuse "Python 环境没有建成（原因见上，全文在 $1）；原有环境没有改动。" \
    "The Python environment was not made (reason above, all of it in $1). What was there is unchanged."
}

# place_environment: move $VENV_NEW to .venv/. Its programs name the place they were made in, so they are renamed first.
place_environment() {
  "$PYTHON" - "$VENV_NEW" "$VENV" <<'PY'
import pathlib, sys

made, place = (path.encode() for path in sys.argv[1:])
for program in pathlib.Path(sys.argv[1], "bin").iterdir():
    if program.is_file() and not program.is_symlink():
        content = program.read_bytes()
        if made in content:
            program.write_bytes(content.replace(made, place))
PY
  if [[ -e $VENV ]]; then mv -T -- "$VENV" "$VENV_OLD"; fi
  mv -T -- "$VENV_NEW" "$VENV"
  rm -rf -- "$VENV_OLD"
  rmdir --ignore-fail-on-non-empty -- "$ROOT/build"
}

# compile_translations: make the binary catalogues that are missing or older than their text.
compile_translations() {
  local text
  while read -r text; do
    if [[ ! ${text%.po}.mo -nt $text ]]; then
      "$VENV/bin/pybabel" --quiet compile -d "$ROOT/web/translations"
      return
    fi
  done < <(find "$ROOT/web/translations" -name '*.po' 2>/dev/null)
}

# compile_search: compile the inner loops of the search for plans; a second when that was done before.
compile_search() {
  if ! "$VENV/bin/python" -m gridmap.redistricting.search.warming; then
    say "网格方案的计算程序没有预先编译，首次使用时再编译。" "The search was not compiled ahead; its first use will."
  fi
}
