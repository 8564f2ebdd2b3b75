################################################################################
#
# plugboot
#
################################################################################

PLUGBOOT_VERSION = 0.1.0
PLUGBOOT_SITE = $(BR2_EXTERNAL_PLUGBOOT_PATH)/..
PLUGBOOT_SITE_METHOD = local
PLUGBOOT_DEPENDENCIES = openssl sqlite zlib
# The output of this very build may be among them.
PLUGBOOT_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude=/artifacts

# A rebuild copies what is new over what is there; what is gone must go too.
define PLUGBOOT_FORGET_SOURCES
	rm -rf $(@D)/src $(@D)/configs
endef
PLUGBOOT_PRE_RSYNC_HOOKS += PLUGBOOT_FORGET_SOURCES

ifeq ($(BR2_aarch64),y)
PLUGBOOT_RID = linux-arm64
else ifeq ($(BR2_x86_64),y)
PLUGBOOT_RID = linux-x64
else
PLUGBOOT_RID = linux-arm
endif

# A daemon that was compiled elsewhere. The environment's word counts more than
# the configuration's; "none" makes a system without a daemon.
PLUGBOOT_PREBUILT = $(or $(PLUGBOOT_SERVICE),$(call qstrip,$(BR2_PACKAGE_PLUGBOOT_PREBUILT)))

ifeq ($(PLUGBOOT_PREBUILT),none)

define PLUGBOOT_INSTALL_TARGET_CMDS
	rm -f $(TARGET_DIR)/usr/bin/plugboot
endef

else ifneq ($(PLUGBOOT_PREBUILT),)

define PLUGBOOT_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0755 $(PLUGBOOT_PREBUILT) $(TARGET_DIR)/usr/bin/plugboot
endef

else

# .NET is a program of the build machine and has nothing of Buildroot's
# toolchain in its environment but the linker. Servers that outlive a build
# would keep make from ending.
PLUGBOOT_DOTNET_ENV = \
	DOTNET_CLI_TELEMETRY_OPTOUT=1 \
	DOTNET_NOLOGO=1 \
	MSBUILDDISABLENODEREUSE=1 \
	PLUGBOOT_LINKER="$(TARGET_CC)" \
	$(if $(DOTNET_ROOT),PATH="$(BR_PATH):$(DOTNET_ROOT)")

PLUGBOOT_DOTNET_OPTS = \
	--property:CppCompilerAndLinker=$(PLUGBOOT_PKGDIR)/linker.sh \
	--property:LinkerFlavor=bfd \
	--property:ObjCopyName=$(TARGET_OBJCOPY) \
	--property:SysRoot=$(STAGING_DIR) \
	--property:UseSharedCompilation=false

# Not at parse time: menuconfig needs no SDK.
define PLUGBOOT_CHECK_SDK
	@$(PLUGBOOT_DOTNET_ENV) sh -c 'command -v dotnet' > /dev/null || { \
		echo "plugboot: no .NET SDK in PATH or DOTNET_ROOT (global.json says which)." >&2; \
		echo "Without one, BR2_PACKAGE_PLUGBOOT_PREBUILT names a compiled daemon." >&2; \
		exit 1; \
	}
endef
PLUGBOOT_PRE_CONFIGURE_HOOKS += PLUGBOOT_CHECK_SDK

# In a step of its own: nothing is fetched after it.
define PLUGBOOT_CONFIGURE_CMDS
	$(PLUGBOOT_DOTNET_ENV) $(@D)/src/publish.sh --restore $(PLUGBOOT_RID)
endef

define PLUGBOOT_BUILD_CMDS
	$(PLUGBOOT_DOTNET_ENV) $(@D)/src/publish.sh $(PLUGBOOT_RID) $(PLUGBOOT_DOTNET_OPTS)
endef

define PLUGBOOT_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0755 $(@D)/artifacts/publish/$(PLUGBOOT_RID)/plugboot $(TARGET_DIR)/usr/bin/plugboot
endef

endif

$(eval $(generic-package))
