################################################################################
#
# exynos5422-boot-blobs
#
################################################################################

# Branch odroidxu3-v2012.07: this BL2 looks for U-Boot and TrustZone at the
# places of board/odroid-hc1/genimage.cfg. Only three files of that repository.
EXYNOS5422_BOOT_BLOBS_VERSION = 8a47b2602ed2e348ed2a57dc2cd874c4605c538d
EXYNOS5422_BOOT_BLOBS_SITE = https://raw.githubusercontent.com/hardkernel/u-boot/$(EXYNOS5422_BOOT_BLOBS_VERSION)/sd_fuse/hardkernel_1mb_uboot
EXYNOS5422_BOOT_BLOBS_SOURCE = bl1.bin.hardkernel
EXYNOS5422_BOOT_BLOBS_EXTRA_DOWNLOADS = bl2.bin.hardkernel.1mb_uboot tzsw.bin.hardkernel
EXYNOS5422_BOOT_BLOBS_LICENSE = PROPRIETARY
EXYNOS5422_BOOT_BLOBS_REDISTRIBUTE = NO
EXYNOS5422_BOOT_BLOBS_INSTALL_TARGET = NO
EXYNOS5422_BOOT_BLOBS_INSTALL_IMAGES = YES

EXYNOS5422_BOOT_BLOBS_FILES = \
	$(EXYNOS5422_BOOT_BLOBS_SOURCE) \
	$(EXYNOS5422_BOOT_BLOBS_EXTRA_DOWNLOADS)

define EXYNOS5422_BOOT_BLOBS_EXTRACT_CMDS
	$(foreach file,$(EXYNOS5422_BOOT_BLOBS_FILES),\
		cp $(EXYNOS5422_BOOT_BLOBS_DL_DIR)/$(file) $(@D)/
	)
endef

define EXYNOS5422_BOOT_BLOBS_INSTALL_IMAGES_CMDS
	$(foreach file,$(EXYNOS5422_BOOT_BLOBS_FILES),\
		$(INSTALL) -D -m 0644 $(@D)/$(file) $(BINARIES_DIR)/$(file)
	)
endef

$(eval $(generic-package))
