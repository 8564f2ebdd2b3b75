# Plugboot. `make` alone prints what there is.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# Machine that `make publish` compiles for: linux-x64, linux-arm64, linux-arm.
RID ?= linux-x64
# Firmware of the demo's PC: bios, uefi, uefi-http, uefi-sb and uefi-sb-http (Secure Boot), arm64.
FIRMWARE ?= bios
export FIRMWARE
# Inputs that `make fuzz` makes for each parser.
CASES ?= 100000
# Board whose Buildroot configuration `make menuconfig` and its kind open: ./create.sh list.
BOARD ?= nanopi-neo

shell_scripts = $(shell git ls-files '*.sh' .ci/run overlay/etc/init.d overlay/usr/bin packaging/debian/p*)

.PHONY: help build test test-all lint format fuzz publish loaders demo bench deb test-deb test-image check-buildroot clean
.PHONY: menuconfig linux-menuconfig busybox-menuconfig savedefconfig

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Compile everything, warnings are errors
	board/common/host-packages.sh build
	dotnet build appliance.sln

test: ## Unit tests, then real firmware through the published daemon (under 40 minutes on 2 cores)
	tests/run.sh

test-all: ## The same with arm64 firmware and the slow journeys
	tests/run.sh all

lint: ## Check the format of the code and of the shell scripts
	board/common/host-packages.sh lint
	dotnet format appliance.sln --verify-no-changes
	for script in $(filter-out overlay/%,$(shell_scripts)); do bash -n "$$script"; done
	shellcheck --external-sources $(shell_scripts)

format: ## Format the code
	dotnet format appliance.sln

fuzz: ## Feed the parsers mutated input: make fuzz CASES=100000
	board/common/host-packages.sh test
	PLUGBOOT_FUZZ_CASES=$(CASES) dotnet test tests/Appliance.Fuzz

publish: ## Compile the daemon to one native file: make publish RID=linux-arm
	board/common/host-packages.sh build
	src/publish.sh $(RID)

loaders: ## Collect the clients' boot loaders from Debian's packages
	board/common/loaders.sh

demo: ## Watch a PC boot through Plugboot: make demo FIRMWARE=uefi, DEMO=auto make demo
	tests/rig/demo.sh

bench: ## Measure beside dnsmasq, nginx, tftpd-hpa, atftpd, Kea and nbdkit: BENCH_ONLY=http make bench
	tests/bench/bench.sh

deb: ## Make a Debian package of the daemon: make deb RID=linux-arm64
	board/common/host-packages.sh build
	packaging/deb.sh $(RID)

test-deb: ## Install that package on a plain Debian, serve from it, purge it
	tests/deb.sh

test-image: ## Build firmware images and boot them: a PC's, which netboots another PC, and ARM boards' base systems
	tests/image.sh

check-buildroot: ## Check the boards' configurations against a tree: make check-buildroot BUILDROOT_DIR=...
	board/common/host-packages.sh check-buildroot
	BUILDROOT_DIR="$(BUILDROOT_DIR)" tests/buildroot.sh

menuconfig: ## Change what Buildroot makes of a board: make menuconfig BOARD=nanopi-neo
	./create.sh $(BOARD) $@

linux-menuconfig: ## Change its kernel
	./create.sh $(BOARD) $@

busybox-menuconfig: ## Change its BusyBox
	./create.sh $(BOARD) $@

savedefconfig: ## Keep what menuconfig changed, in buildroot-external/configs
	./create.sh $(BOARD) $@

clean: ## Remove all output but the key that updates are signed with
	[ ! -d artifacts ] || find artifacts -mindepth 1 -maxdepth 1 ! -name update-key.pem -exec rm -rf {} +
