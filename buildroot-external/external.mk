include $(sort $(wildcard $(BR2_EXTERNAL_PLUGBOOT_PATH)/package/*/*.mk))

# The code of GRUB's first sector, which board/common/post-image.sh writes into the partition table's. Buildroot itself leaves
# it in the build folder unless all of GRUB's tools go to the target.
define PLUGBOOT_KEEP_GRUB_BOOT_SECTOR
	$(INSTALL) -D -m 0644 $(@D)/build-i386-pc/grub-core/boot.img $(BINARIES_DIR)/boot.img
endef
ifeq ($(BR2_TARGET_GRUB2_I386_PC),y)
GRUB2_POST_INSTALL_IMAGES_HOOKS += PLUGBOOT_KEEP_GRUB_BOOT_SECTOR
endif
