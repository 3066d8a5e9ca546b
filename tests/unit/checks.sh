# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with those who source this file
# For the checks in shell: prints TAP, keeps what it writes in $work.

rm -rf "$work"
mkdir -p "$work"
number=0
bad=0

# check NAME COMMAND...
check()
{
	local name=$1

	shift
	number=$((number + 1))
	if "$@" > "$work/$number.log" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$work/$number.log"
		bad=1
	fi
}
