/* What a packed library looks like: UPX's mark, a section of that name, code that looks random and may be written to. */
__asm__(".section .upx,\"ax\",%progbits\n.ascii \"UPX!\"\n.text\n");
__asm__(".text\n.globl unpacked\n.type unpacked,%function\nunpacked:\n.incbin \"random.bin\"\n");
