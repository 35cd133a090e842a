# shellcheck shell=bash
# What the set-up says. Everything goes to standard error, so that a command's own output stays clean.

# say ZH EN: one line of progress.
say() {
  printf '· %s %s\n' "$1" "$2" >&2
}

# refuse ZH EN: one sentence in both languages, and the end of the run.
refuse() {
  printf 'gridmap: %s\n         %s\n' "$1" "$2" >&2
  exit 1
}

# refuse_usage ZH EN: the same for a command line that nobody can read.
refuse_usage() {
  printf 'gridmap: %s（--help 可查看用法）\n         %s (see --help)\n' "$1" "$2" >&2
  exit 2
}

# last_lines FILE: the end of a log, indented, for the reader of a refusal.
last_lines() {
  tail -n 8 -- "$1" | sed 's/^/    | /' >&2
}
