#!/usr/bin/env bash
# Installs, builds, plays a school's day as a drill and shows what came of it; then runs vigild until Ctrl-C.
#   ./run.sh          everything
#   ./run.sh --once   ends after the show; exit 0 only if the show had all it promises
set -euo pipefail
cd "$(dirname "$0")"
VIGIL_TOP=$PWD
. packaging/packages.sh

once=false
case "${1:-}" in
  "") ;;
  --once) once=true ;;
  *) echo "usage: ./run.sh [--once]" >&2; exit 2 ;;
esac

bin=$VIGIL_TOP/build/release/bin
demo=$VIGIL_TOP/vigil-data-demo
demo_log=$VIGIL_TOP/build/demo.log
build_log=$VIGIL_TOP/build/release.log
step="start 啟動"
daemon=

finish() {
  code=$?
  if [ -n "$daemon" ]; then kill "$daemon" 2>/dev/null || true; wait "$daemon" 2>/dev/null || true; fi
  if [ "$code" -ne 0 ] && [ "$code" -ne 130 ]; then
    echo >&2
    echo "run.sh: failed at: $step (exit $code)" >&2
    echo "執行失敗於：$step" >&2
    [ -f "$demo_log" ] && tail -n 5 "$demo_log" >&2
  fi
}
trap finish EXIT

fail() {
  echo "  ✗ $*" >&2
  exit 1
}

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

# field NAME: the first number or text of that name in the JSON on standard input; nothing if there is none.
field() {
  { grep -o "\"$1\":[[:space:]]*\(\"[^\"]*\"\|[^],}]*\)" || true; } | head -n 1 |
    sed 's/^[^:]*:[[:space:]]*//; s/^"//; s/"$//'
}

# port_taken PORT: somebody listens there, by TCP or UDP.
port_taken() {
  grep -qi ":$(printf '%04X' "$1") " <(awk 'FNR > 1 && ($4 == "0A" || $4 == "07") { print $2 " " }' \
    /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null)
}

free_port() {
  port=$1
  while port_taken "$port"; do port=$((port + 1)); done
  echo "$port"
}

ask() { "$bin/vigil" "$@" --data "$demo"; }

# --- Install and build ------------------------------------------------------------------------------------------

step="packages 安裝套件"
packages_install build

step="build 建置"
if [ ! -f build/release/build.ninja ]; then
  echo "Configuring … 設定建置環境"
  mkdir -p build
  cmake --preset release >"$build_log" 2>&1 || { tail -n 20 "$build_log" >&2; exit 1; }
  echo "Building (some minutes, the first time only) … 建置中（僅首次需數分鐘）"
fi
cmake --build --preset release -j "$(nproc)" >"$build_log" 2>&1 || { tail -n 30 "$build_log" >&2; exit 1; }

# --- The show ---------------------------------------------------------------------------------------------------

step="drill: start 演練：啟動"
rm -rf "$demo" "$demo_log"
syslog=$(free_port 15514)
http=$(free_port 18514)
"$bin/vigild" --config tests/scenario/demo.yaml --data "$demo" \
  --syslog "127.0.0.1:$syslog" --http "127.0.0.1:$http" >"$demo_log" 2>&1 &
daemon=$!
for _ in $(seq 100); do
  if ask status >/dev/null 2>&1; then break; fi
  kill -0 "$daemon" 2>/dev/null || fail "vigild ended 程式結束"
  sleep 0.1
done
ask status >/dev/null || fail "vigild does not answer 無回應"

say "1. A school's day, as a drill  校園的一天（演練）"
step="drill: play the day 演練：播放"
sent=$("$bin/sample_day" --to "127.0.0.1:$syslog" --speed 5400 tests/scenario/school-day.yaml)
echo "  sent 送出: $sent"
lines=${sent%% *}

step="drill: everything stored and watched 演練：儲存與比對"
for _ in $(seq 300); do
  status=$(ask status --format ndjson)
  [ "$(echo "$status" | field stored)" -ge "$lines" ] && [ "$(echo "$status" | field rule_lag_events)" = 0 ] && break
  sleep 0.1
done
stored=$(echo "$status" | field stored)
[ "$stored" -ge "$lines" ] || fail "stored $stored of $lines lines"
[ "$(echo "$status" | field rule_lag_events)" = 0 ] || fail "not all lines were watched"
echo "  stored 已儲存: $stored of $lines, all watched 全部比對完成"

say "2. Who sent something  日誌來源"
step="drill: sources 演練：來源"
list=$(ask sources --format ndjson)
sources=$(echo "$list" | grep -c '"source"' || true)
printf '  %-14s %-10s %9s  %s\n' source system received kinds
while read -r row; do
  printf '  %-14s %-10s %9s  %s\n' "$(echo "$row" | field source)" "$(echo "$row" | field system)" \
    "$(echo "$row" | field received)" "$(echo "$row" | sed -n 's/.*"kinds":\[\([^]]*\)\].*/\1/p' | tr -d '"')"
done <<<"$list"
[ "$sources" -ge 10 ] || fail "only $sources sources; 10 hosts have sent"

say "3. What opened by itself  自動開立的疑似事件"
step="drill: candidate incidents 演練：疑似事件"
incidents=$(ask incidents list --format ndjson)
while read -r row; do
  printf '  %s  %s, level %s\n      %s\n' "$(echo "$row" | field id)" "$(echo "$row" | field category)" \
    "$(echo "$row" | field overall)" "$(echo "$row" | field title)"
done <<<"$incidents"
candidates=$(echo "$incidents" | grep -c '"state":[[:space:]]*"candidate"' || true)
[ "$candidates" -ge 3 ] || fail "only $candidates candidates; at least 3 attacks were played"

say "4. One of them: the drafted notification and its evidence  通報單草稿與證據"
step="drill: notification 演練：通報單"
incident=$(echo "$incidents" | grep web_attack | head -n 1 | field id)
[ -n "$incident" ] || incident=$(echo "$incidents" | head -n 1 | field id)
for _ in $(seq 150); do
  note=$(ask notifications list --format ndjson | grep "\"incident\":[[:space:]]*\"$incident\"" | head -n 1 || true)
  form=$(echo "$note" | field form_html)
  bundle=$(echo "$note" | field bundle)
  [ -n "$form" ] && [ -n "$bundle" ] && break
  sleep 0.1
done
for name in form bundle; do  # paths in an answer may be relative to the data directory
  case "${!name}" in ""|/*) ;; *) [ -e "${!name}" ] || printf -v "$name" '%s' "$demo/${!name}" ;; esac
done
[ -s "$form" ] || fail "no form was drafted for $incident"
[ -d "$bundle" ] || fail "no evidence bundle for $incident"
echo "  incident 事件: $incident"
printf '  form 通報單:\n      %s\n' "${form#"$VIGIL_TOP/"}"
printf '  evidence 證據包:\n      %s\n' "${bundle#"$VIGIL_TOP/"}"
step="drill: evidence verified by its own verify.sh 演練：證據驗證"
(cd "$bundle" && env -i PATH=/usr/bin:/bin sh verify.sh) | tail -n 1 | sed 's/^/      verify.sh: /'

say "5. Asking the archive  查詢"
step="drill: search 演練：查詢"
query='event.category:authentication event.outcome:success source.ip:203.0.113.45'
echo "  vigil search '$query'"
found=$(ask search "$query" --since 24h --format raw)
[ -n "$found" ] || fail "the attacker's login was not found"
echo "$found" | cut -c1-78
query='event.outcome:failure | stats count() by source.ip | sort -count | limit 3'
echo "  vigil search '$query'"
counted=$(ask search "$query" --since 24h --format table)
echo "$counted" | grep -q 203.0.113.45 || fail "the attacker is not in the count"
echo "$counted"

step="drill: stop 演練：停止"
kill "$daemon"
wait "$daemon" || fail "vigild ended with $?"
daemon=
echo
echo "The drill's data stays in vigil-data-demo/ until the next run. 演練資料與正式資料分開存放。"
if $once; then exit 0; fi

# --- The real one -----------------------------------------------------------------------------------------------

say "Now for real: vigild with its built-in configuration  正式啟動"
address=$(hostname -I 2>/dev/null | awk '{ print $1 }')
cat <<END
  Point devices at  請將設備日誌送到   ${address:-127.0.0.1}:5514  (syslog, UDP or TCP)
  HTTP on this machine 本機            http://127.0.0.1:8514/healthz
  Data 資料                            ./vigil-data
  Try it 試試看                        logger -n 127.0.0.1 -P 5514 -d hello
                                       build/release/bin/vigil search hello
  How devices are set up: README.md    設備設定方式見 README.zh-TW.md
  Ctrl-C stops it. 按 Ctrl-C 結束。

END
step="vigild"
trap - EXIT
exec "$bin/vigild" --data "$VIGIL_TOP/vigil-data"
