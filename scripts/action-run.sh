#!/usr/bin/env bash
# The action's main step: runs gen-policy and keeps its exit code for the last step, so that a comment comes first.
set -euo pipefail

arguments=()
while IFS= read -r line; do
  line="${line%$'\r'}"
  if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"$ACTION_ARGS"

case "$ACTION_COMMAND" in
  generate)
    arguments+=(--out "$ACTION_OUT")
    case ",$ACTION_FORMAT," in
      *,comment,*) ;;
      *) ACTION_FORMAT="${ACTION_FORMAT:+$ACTION_FORMAT,}comment" ;;
    esac
    arguments+=(--format "$ACTION_FORMAT")
    if [ -n "$ACTION_FAIL_ON" ]; then arguments+=(--fail-on "$ACTION_FAIL_ON"); fi
    ;;
  verify) arguments=(verify "${arguments[@]}") ;;
  *)
    echo "::error::gen-policy: command must be generate or verify"
    exit 64
    ;;
esac

mkdir -p "$ACTION_OUT"
code=0
node "$GITHUB_ACTION_PATH/dist/cli.js" "${arguments[@]}" >"$ACTION_OUT/summary.txt" || code=$?
# Names from logs must not be read as commands of the runner: it takes none until it sees this word again.
pause=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$pause"
cat "$ACTION_OUT/summary.txt"
echo "::$pause::"
if [ "$ACTION_COMMAND" = generate ] && [ -f "$ACTION_OUT/comment.md" ]; then
  cat "$ACTION_OUT/comment.md" >>"$GITHUB_STEP_SUMMARY"
else
  # Indented, so that no line of it can end a block of code.
  sed 's/^/    /' "$ACTION_OUT/summary.txt" >>"$GITHUB_STEP_SUMMARY"
fi
{
  echo "exit-code=$code"
  echo "out=$ACTION_OUT"
} >>"$GITHUB_OUTPUT"
