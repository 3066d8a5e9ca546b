# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For checks written in shell: each is one line of TAP.

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
		printf '%s\n' "$output" | tail -n 20 | sed 's/^/#   /'
	fi
}

# run_tap NAME LOG COMMAND...: a test program that prints TAP itself. One that
# dies, prints too few results or none has failed. Its whole output: LOG.
run_tap()
{
	local name=$1 log=$2 status=0 planned good bad
	shift 2

	"$@" >"$log" 2>&1 </dev/null || status=$?
	grep -aE '^(not )?ok\b' "$log" | sed -E "s|^(not ok\|ok)( [0-9]+)?( - )?|\\1 - $name: |" || true
	planned=$(grep -aoE '^1\.\.[0-9]+' "$log" | awk -F. '{ n += $3 } END { print n + 0 }') || true
	good=$(grep -acE '^ok\b' "$log") || true
	bad=$(grep -acE '^not ok\b' "$log") || true
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		echo "not ok - $name ended with $status"
		bad=1
	elif [ $((good + bad)) -lt "$planned" ] || [ $((good + bad)) = 0 ]; then
		echo "not ok - $name told of $((good + bad)) tests and has $planned"
		bad=1
	fi
	[ "$bad" = 0 ] || echo "#   the whole log: $log"
}
