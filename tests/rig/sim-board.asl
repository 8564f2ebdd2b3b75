// SUMMARY: Gives a PC of QEMU a light and a button on lines that gpio-sim simulates, behind the drivers of real boards.
//
// As boards have it in their device tree (Documentation/firmware-guide/acpi/enumeration.rst, PRP0001). The lines' other end
// is in /sys/devices/platform/PRP0001:*/gpiochip*/: sim_gpio0 is the button, pressed when pulled down, sim_gpio1 the light.
DefinitionBlock ("sim-board.aml", "SSDT", 2, "PLUGBT", "SIMBOARD", 1)
{
    Scope (\_SB)
    {
        Device (SIM0)
        {
            Name (_HID, "PRP0001")
            Name (_UID, 0)
            Name (_DSD, Package ()
            {
                ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
                Package () { Package () { "compatible", "gpio-simulator" } },
                ToUUID ("dbb8e3e6-5886-4ba6-8795-1319f52a966b"),
                Package () { Package () { "gpio-bank0", "BNK0" } }
            })
            Name (BNK0, Package ()
            {
                ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
                Package ()
                {
                    Package () { "ngpios", 8 },
                    Package () { "gpio-sim,label", "sim" }
                }
            })
        }

        Device (KEY0)
        {
            Name (_HID, "PRP0001")
            Name (_UID, 1)
            Name (_CRS, ResourceTemplate ()
            {
                GpioIo (Exclusive, PullUp, 0, 0, IoRestrictionInputOnly, "\\_SB.SIM0", 0, ResourceConsumer) { 0 }
            })
            Name (_DSD, Package ()
            {
                ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
                Package ()
                {
                    Package () { "compatible", "gpio-keys" },
                    Package () { "label", "sim-keys" }
                },
                ToUUID ("dbb8e3e6-5886-4ba6-8795-1319f52a966b"),
                Package () { Package () { "button", "BTN0" } }
            })
            Name (BTN0, Package ()
            {
                ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
                Package ()
                {
                    Package () { "linux,code", 0x100 },
                    Package () { "debounce-interval", 5 },
                    Package () { "gpios", Package () { \_SB.KEY0, 0, 0, 1 } }
                }
            })
        }

        Device (LED0)
        {
            Name (_HID, "PRP0001")
            Name (_UID, 2)
            Name (_CRS, ResourceTemplate ()
            {
                GpioIo (Exclusive, PullNone, 0, 0, IoRestrictionOutputOnly, "\\_SB.SIM0", 0, ResourceConsumer) { 1 }
            })
            Name (_DSD, Package ()
            {
                ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
                Package () { Package () { "compatible", "gpio-leds" } },
                ToUUID ("dbb8e3e6-5886-4ba6-8795-1319f52a966b"),
                Package () { Package () { "status", "STA0" } }
            })
            Name (STA0, Package ()
            {
                ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
                Package ()
                {
                    Package () { "label", "sim:green:status" },
                    Package () { "gpios", Package () { \_SB.LED0, 0, 0, 0 } }
                }
            })
        }
    }
}
