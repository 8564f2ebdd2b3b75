#!/bin/sh
# SUMMARY: Links what .NET's native compiler made, with the compiler that PLUGBOOT_LINKER names.
#
# .NET tells its linker the machine by --target=, a word of clang's. Buildroot's gcc is for one machine only, and refuses it.
# shellcheck shell=dash
set -eu

for argument in "$@"; do
	shift
	case $argument in
		--target=*) ;;
		*) set -- "$@" "$argument" ;;
	esac
done
exec "${PLUGBOOT_LINKER:?}" "$@"
