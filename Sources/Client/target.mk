# For which processor the C library is built. `ARCH=aarch64` on the command line builds it for 64-bit ARM, from the same
# sources, on a machine of another kind: with the same swiftc, clang and lld, against Debian's arm64 packages, which are
# unpacked below .build and not installed. Nothing else in the build knows the processor (Docs/Embedding.md, "Another
# processor").

# Set here, and not by the environment, in which others use this name.
ARCH := $(shell uname -m)

ifeq ($(ARCH),$(shell uname -m))
TARGET_READY := setup-library
TARGET_SWIFT := $(shell pkg-config --cflags libsodium 2> /dev/null)
TARGET_CODE :=
TARGET_CLANG :=
TARGET_SODIUM = $$(pkg-config --libs libsodium)
TARGET_RUN :=
TARGET_PYTHON := python3
else ifeq ($(ARCH),aarch64)
SYSROOT := .build/sysroot-$(ARCH)
TARGET_READY := $(SYSROOT)/ready
# The toolchain's Embedded standard library for this processor names no system; the headers are Debian's, and the code
# is for a library that is loaded anywhere.
# clang makes objects of Swift's code for the same: for Linux it would call libgcc's atomics, which have a constructor.
TARGET_SWIFT := -target aarch64-none-none-elf \
	$(addprefix -Xcc ,-fPIC -isystem $(SYSROOT)/usr/include/aarch64-linux-gnu -isystem $(SYSROOT)/usr/include)
TARGET_CODE := --target=aarch64-none-none-elf
TARGET_CLANG := --target=aarch64-linux-gnu --sysroot=$(SYSROOT)
TARGET_SODIUM := -lsodium
TARGET_LIBDIRS := usr/lib/aarch64-linux-gnu lib/aarch64-linux-gnu
# Tests run their programs so, and their Python; the library's build does not need it.
TARGET_RUN := qemu-aarch64 -L $(SYSROOT)
TARGET_PYTHON_AT := .build/python-$(ARCH)
TARGET_PYTHON := qemu-aarch64 -L $(TARGET_PYTHON_AT) $(TARGET_PYTHON_AT)/usr/bin/python3.11

# libc, what clang links with it, and libsodium.
$(SYSROOT)/ready: Sources/Client/target.mk Sources/Client/unpack.sh
	Sources/Client/unpack.sh arm64 $(SYSROOT) libc6 libc6-dev linux-libc-dev libgcc-s1 libgcc-12-dev \
	    libsodium23 libsodium-dev

$(TARGET_PYTHON_AT)/ready: Sources/Client/target.mk Sources/Client/unpack.sh
	Sources/Client/unpack.sh arm64 $(TARGET_PYTHON_AT) libc6 python3.11-minimal libpython3.11-minimal \
	    libpython3.11-stdlib libexpat1 libffi8 zlib1g
else
$(error ARCH=$(ARCH): the library is built for this machine ($(shell uname -m)) or, with ARCH=aarch64, for 64-bit ARM)
endif
