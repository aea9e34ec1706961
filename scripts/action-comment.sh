#!/usr/bin/env bash
# Writes comment.md to the pull request: over the comment of the same principal where there is one, else as a new one.
set -euo pipefail

file="$ACTION_OUT/comment.md"
if [ ! -f "$file" ]; then
  echo "no comment was written"
  exit 0
fi
# The last line is ours alone: what a log holds is escaped above it.
MARKER=$(tail -n 1 "$file")
export MARKER
case "$MARKER" in
  '<!-- gen-policy '*' -->') ;;
  *)
    echo "::error::$file does not end with its marker"
    exit 1
    ;;
esac
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
mine='.[] | select(.user.type == "Bot" and (.body | rtrimstr("\n") | endswith(env.MARKER))) | .id'
id=$(gh api "$comments?per_page=100" --paginate --jq "$mine" | head -n 1)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$file" --silent
else
  gh api --method POST "$comments" -F "body=@$file" --silent
fi
