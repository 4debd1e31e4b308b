#!/bin/sh
# Checks this evidence bundle with a POSIX shell and GNU coreutils alone: no network, nothing is changed.
# 以 POSIX shell 與 GNU coreutils 檢查本證據包：不需網路，也不更動任何檔案。
#
#   sh verify.sh [DIRECTORY [FINGERPRINT]]
#
# DIRECTORY is the bundle (default: where this script lies). FINGERPRINT is the SHA-256 that you were given for it by
# another way; without it the script shows whether the bundle agrees with itself, and its fingerprint, to compare.
# Somebody who can change the bundle can change this script too: use a copy of your own where that matters.
# 能竄改證據包的人也能竄改本腳本：重要場合請使用您自己保存的副本，並以其他管道取得的指紋核對。
#
# Exit: 0 valid, 1 not valid, 2 cannot check here.

LC_ALL=C
export LC_ALL
unset CDPATH
umask 077
set -u

say() { printf '%s\n' "$*"; }
stop() { say "無法檢查 CANNOT CHECK: $*"; exit 2; }
# fail WHERE ENGLISH CHINESE
fail() {
  say "不符 FAILED  $1"
  say "  $2"
  say "  $3"
  say "結果：本證據包未通過驗證。 Result: this bundle is NOT VALID."
  exit 1
}

for tool in cat comm csplit cut dirname head mkdir mktemp paste rm sha256sum sort stat tail tr truncate uniq wc; do
  command -v "$tool" >/dev/null 2>&1 || stop "$tool (coreutils)"
done
bag=${1:-$(dirname "$0")}
[ -d "$bag" ] && cd "$bag" || stop "$bag: no such directory 沒有這個目錄"
# Each record becomes a small file for a moment: in memory where there is such a place, which is a hundred times faster
# than a busy disk.
place=${TMPDIR:-}
if [ -z "$place" ] && [ -d /dev/shm ] && [ -w /dev/shm ]; then place=/dev/shm; fi
work=$(mktemp -d "${place:-/tmp}/verify.XXXXXX") || stop "mktemp"
trap 'cd / && rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# 1. Names: plain files and directories, [A-Za-z0-9._-] only. No links, no devices, no empty directories.
walk() (
  empty=yes
  for entry in "$1"* "$1".[!.]* "$1"..?*; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    empty=no
    case ${entry##*/} in
      *[!A-Za-z0-9._-]*) fail "$1" "a name with characters that are not allowed" "檔名含有不允許的字元" ;;
    esac
    [ ! -L "$entry" ] || fail "$entry" "is a symbolic link" "是符號連結"
    if [ -d "$entry" ]; then
      walk "$entry/" || exit 1
    elif [ -f "$entry" ]; then
      printf '%s\n' "$entry" >>"$work/found"
    else
      fail "$entry" "is neither file nor directory" "既非檔案也非目錄"
    fi
  done
  [ "$empty" = no ] || fail "$1" "is an empty directory" "是空目錄"
)
: >"$work/found"
walk "" || exit 1
sort -o "$work/found" "$work/found"

# 2. Manifests: 64 small hex digits, two blanks, a safe relative name, LF. Each name once, whatever its case.
read_manifest() {
  [ -f "$1" ] || fail "$1" "is missing" "不存在"
  [ -s "$1" ] || fail "$1" "is empty" "是空的"
  [ "$(tail -c 1 "$1" | wc -l)" -eq 1 ] || fail "$1" "does not end with a line feed" "結尾沒有換行"
  cut -c 67- "$1" >"$work/names"
  [ "$(cut -c 1-64 "$1" | tr -d '0-9a-f\n' | wc -c)" -eq 0 ] || fail "$1" "has a digest that is not small hex" "雜湊值不是小寫十六進位"
  [ "$(cut -c 65-66 "$1" | sort -u)" = "  " ] || fail "$1" "has a line that is no entry" "有一行格式不符"
  [ "$(tr -d 'A-Za-z0-9._/\n-' <"$work/names" | wc -c)" -eq 0 ] || fail "$1" "names a file with characters that are not allowed" "列出的檔名含有不允許的字元"
  [ "$(tr -d '\n' <"$work/names" | wc -c)" -gt 0 ] || fail "$1" "names no file" "沒有列出檔案"
  while IFS= read -r name; do
    case /$name/ in
      *//* | */./* | */../*) fail "$1" "names '$name', which is not a plain path inside the bundle" "列出的 '$name' 不是證據包內的路徑" ;;
    esac
    case $2:$name in
      data:data/* | tag:[!d]* | tag:d[!a]*) ;;
      *) fail "$1" "names '$name', which does not belong there" "不應列出 '$name'" ;;
    esac
  done <"$work/names"
  twice=$(tr A-Z a-z <"$work/names" | sort | uniq -d | head -n 1)
  [ -z "$twice" ] || fail "$1" "names '$twice' twice" "重複列出 '$twice'"
}
read_manifest manifest-sha256.txt data
cat "$work/names" >"$work/payload"
read_manifest tagmanifest-sha256.txt tag
cat "$work/names" >"$work/tags"

# 3. Completeness: every file is listed and every listed file is there.
{ cat "$work/payload" "$work/tags"; say tagmanifest-sha256.txt; } | sort >"$work/listed"
extra=$(comm -23 "$work/found" "$work/listed" | head -n 1)
[ -z "$extra" ] || fail "$extra" "is in the bundle but not listed" "在證據包中但未列於清單"
gone=$(comm -13 "$work/found" "$work/listed" | head -n 1)
[ -z "$gone" ] || fail "$gone" "is listed but missing" "列於清單但不存在"
for name in bagit.txt bag-info.txt manifest-sha256.txt custody.jsonl environment.json verify.sh README.zh-TW.txt README.en.txt; do
  present=no
  while IFS= read -r tag; do [ "$tag" != "$name" ] || present=yes; done <"$work/tags"
  [ "$present" = yes ] || fail "$name" "is not part of the bundle" "不在證據包中"
done
[ -f data/index.csv ] || fail data/index.csv "is missing" "不存在"

# 4. Contents: every file has the digest that is written for it.
for manifest in tagmanifest-sha256.txt manifest-sha256.txt; do
  sha256sum --check --strict --quiet "$manifest" >"$work/out" 2>&1 ||
    fail "$(head -n 1 "$work/out" | cut -d: -f1)" "differs from its digest in $manifest" "內容與 $manifest 的雜湊值不符"
done
[ "$(cat bagit.txt)" = "BagIt-Version: 1.0
Tag-File-Character-Encoding: UTF-8" ] || fail bagit.txt "is not of BagIt 1.0" "不是 BagIt 1.0"
octets=0
for size in $(stat -c %s $(cat "$work/payload")); do octets=$((octets + size)); done
oxum=
while IFS= read -r line; do
  case $line in "Payload-Oxum: "*) oxum=${line#Payload-Oxum: } ;; esac
done <bag-info.txt
[ "$oxum" = "$octets.$(wc -l <"$work/payload" | tr -d ' ')" ] || fail bag-info.txt "Payload-Oxum is not what the payload has" "Payload-Oxum 與內容不符"

# 5. Records: each one lies in its segment where the index says, and has the digest that the index says. Segments are
# covered without a gap: each record's bytes, then one line feed.
header=segment,line,offset,length,sha256,id,received_utc,event_utc,peer,listener,host
[ "$(head -n 1 data/index.csv)" = "$header" ] || fail data/index.csv "has other columns" "欄位不符"
tail -n +2 data/index.csv | cut -d, -f1-5 >"$work/rows"
[ "$(tr -d '0-9a-f,\n' <"$work/rows" | wc -c)" -eq 0 ] || fail data/index.csv "has a row that is none" "有一列格式不符"
cut -d, -f1 "$work/rows" | uniq -c >"$work/segments"
exec 3<"$work/rows"
records=0
segments=0
: >"$work/indexed"
while read -r count segment; do
  log=data/segments/$segment.log
  case $segment in *[!0-9]*) segment=none ;; esac
  case $segment in ??????????) ;; *) fail data/index.csv "has a row that is none" "有一列格式不符" ;; esac
  [ -f "$log" ] || fail "$log" "is in the index but missing" "索引中有但檔案不存在"
  head -n "$count" <&3 >"$work/part"
  at=0
  before=0
  for row in $(cut -d, -f2-4 "$work/part"); do
    line=${row%%,*}
    length=${row##*,}
    offset=${row#*,}
    offset=${offset%,*}
    case $line:$offset:$length in
      :* | *::* | *: | *[!0-9:]* | 0*[0-9]:* | *:0[0-9]*) fail data/index.csv "has a row that is none" "有一列格式不符" ;;
    esac
    [ "$offset" -eq "$at" ] && [ "$line" -gt "$before" ] || fail "$log" "has bytes at $at that the index does not cover" "位移 $at 處與索引不符"
    at=$((offset + length + 1))
    before=$line
  done
  [ "$(stat -c %s "$log")" -eq "$at" ] || fail "$log" "is longer or shorter than the index says" "長度與索引不符"
  mkdir "$work/split" || stop "mkdir"
  if [ "$count" -gt 1 ]; then
    csplit -s -n 7 -f "$work/split/" "$log" $(tail -n +2 "$work/part" | cut -d, -f2) 2>/dev/null || fail "$log" "has fewer lines than the index says" "行數少於索引"
  else
    cat "$log" >"$work/split/0000000"
  fi
  (cd "$work/split" && truncate -s -1 ./* && sha256sum ./* | cut -c 1-64 >"$work/digests" && stat -c %s ./* >"$work/lengths") || stop "coreutils"
  if [ "$(cut -d, -f4 "$work/part")" != "$(cat "$work/lengths")" ] || [ "$(cut -d, -f5 "$work/part")" != "$(cat "$work/digests")" ]; then
    cut -d, -f2 "$work/part" >"$work/lines"
    cut -d, -f5 "$work/part" | paste -d, "$work/lines" - "$work/digests" >"$work/both"
    while IFS=, read -r line wanted found; do
      [ "$wanted" = "$found" ] || fail "$log" "the record at line $line differs from its digest in data/index.csv" "第 $line 行的紀錄與 data/index.csv 的雜湊值不符"
    done <"$work/both"
    fail "$log" "a record is longer or shorter than the index says" "有紀錄的長度與索引不符"
  fi
  rm -rf "$work/split"
  say "$log" >>"$work/indexed"
  records=$((records + count))
  segments=$((segments + 1))
done <"$work/segments"
exec 3<&-
sort -u -o "$work/indexed" "$work/indexed"
[ "$segments" -eq "$(wc -l <"$work/indexed")" ] || fail data/index.csv "comes back to a segment" "區段順序不符"
unindexed=$(while IFS= read -r name; do case $name in data/segments/*) say "$name" ;; esac; done <"$work/payload" | sort | comm -23 - "$work/indexed" | head -n 1)
[ -z "$unindexed" ] || fail "$unindexed" "is not in the index" "不在索引中"

# 6. Custody: each entry carries the digest of the one before it, and the last one that of the payload's manifest.
previous=0000000000000000000000000000000000000000000000000000000000000000
while IFS= read -r line; do
  case $line in
    "{\"prev\":\"$previous\","*"}") ;;
    *) fail custody.jsonl "an entry does not follow from the one before it" "有一筆保管紀錄與前一筆不相連" ;;
  esac
  previous=$(printf '%s' "$line" | sha256sum | cut -c 1-64)
  last=$line
done <custody.jsonl
case ${last:-} in
  *"\"manifest_sha256\":\"$(sha256sum <manifest-sha256.txt | cut -c 1-64)\""*) ;;
  *) fail custody.jsonl "the last entry is about another payload" "最後一筆保管紀錄與內容不符" ;;
esac

fingerprint=$(sha256sum <tagmanifest-sha256.txt | cut -c 1-64)
if [ -n "${2:-}" ] && [ "$2" != "$fingerprint" ]; then
  fail tagmanifest-sha256.txt "the bundle has another fingerprint: $fingerprint" "證據包的指紋不同：$fingerprint"
fi
say "正確 OK  $records 筆紀錄 records, $segments 個區段 segments, $(wc -l <"$work/listed" | tr -d ' ') 個檔案 files"
say "指紋 fingerprint (SHA-256): $fingerprint"
[ -n "${2:-}" ] || say "請以其他管道取得的指紋核對。 Compare it with the fingerprint you were given by another way."
say "結果：本證據包通過驗證。 Result: this bundle is VALID."
exit 0
