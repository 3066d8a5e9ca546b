# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For checks written in shell: each is one line of TAP. What a failed one said follows
# as comments that begin with three blanks.

# expect NAME COMMAND...: passes when the command does; what it printed follows
# as comments when it fails.
expect()
{
	local name=$1 output
	shift

	if output=$("$@" 2>&1); then
		echo "ok - $name"
	else
		echo "not ok - $name"
		printf '%s\n' "$output" | as_comments
	fi
}

# as_comments: of what comes in no more than a screen, its begin and its end
as_comments()
{
	awk '{ line[NR] = $0 }
	     END {
		for (i = 1; i <= NR; i++) {
			if (NR > 24 && i == 13) {
				i = NR - 11
				print "#   [...]"
			}
			sub(/^# */, "", line[i])
			print "#   " line[i]
		}
	     }'
}

# results: of the TAP of test programs the results as they come, below each that failed
# what its program said of it. CMocka tells why behind the result; of a program that died,
# and of a fixture that failed, it is what was said before.
results()
{
	local line='' left=0 said=()

	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'not ok'*' ended with '* | 'not ok'*'Could not run test:'*)
			printf '%s\n' "$line"
			[ ${#said[@]} = 0 ] || printf '%s\n' "${said[@]}" | as_comments
			left=0 said=()
			;;
		'ok '* | 'not ok '* | '# skipped: '* | '# '*' passed, '*' failed, '*)
			printf '%s\n' "$line"
			left=0 said=()
			[ "${line#not ok}" = "$line" ] || left=20
			;;
		'TAP version '* | '1..'*) ;;
		*)
			said+=("$line")
			[ $((left--)) -gt 0 ] || continue
			as_comments <<<"$line"
			[ "${line%: error: Failure!}" = "$line" ] || left=0 said=()
			;;
		esac
	done
}

# last_words LOG: what was said after the last result, as comments
last_words()
{
	awk '/^(not )?ok / { n = 0; next }
	     { line[n++] = $0 }
	     END { for (i = 0; i < n; i++) print line[i] }' "$1" | as_comments
}

# run_tap NAME LOG COMMAND...: a test program that prints TAP itself. One that
# dies, prints too few results or none has failed. Its whole output: LOG.
run_tap()
{
	local name=$1 log=$2 status=0 planned good bad
	shift 2

	"$@" >"$log" 2>&1 </dev/null || status=$?
	results <"$log" | grep -aE '^((not )?ok|#  ) ' |
		sed -E "s|^(not ok\|ok)( [0-9]+)?( - )?|\\1 - $name: |" || true
	planned=$(grep -aoE '^1\.\.[0-9]+' "$log" | awk -F. '{ n += $3 } END { print n + 0 }') || true
	good=$(grep -acE '^ok\b' "$log") || true
	bad=$(grep -acE '^not ok\b' "$log") || true
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		echo "not ok - $name ended with $status"
		last_words "$log"
		bad=1
	elif [ $((good + bad)) -lt "$planned" ] || [ $((good + bad)) = 0 ]; then
		echo "not ok - $name told of $((good + bad)) tests and has $planned"
		last_words "$log"
		bad=1
	fi
	[ "$bad" = 0 ] || echo "#   the whole log: $log"
}
