#!/usr/bin/env python3
"""A stand-in for QEMU: enough qtest, QMP, PCI and two DMA engines for the adapter's tests.

Options of its own (the rest is ignored as QEMU's): --fake=WORD, any number of times:
paused, no-iommu, no-edu, deaf-dma (DMA never ends), stuck-dma (DMA moves nothing),
blind-dma (DMA reads nothing), crash (dies at the first MMIO write), hang (stops answering at the
first MMIO write), refuse (exits at once).
"""

import base64
import json
import os
import socket
import struct
import sys
import threading

IOMMU_BASE = 0xFED80000
CONTROL = 0x18
EDU_BUFFER = 0x40000


def pci_function(ident, class_code, capabilities):
    """256 bytes of configuration space with a chain of (offset, bytes) capabilities."""
    space = bytearray(256)
    struct.pack_into("<I", space, 0, ident)
    space[6] = 0x10 if capabilities else 0
    struct.pack_into("<I", space, 8, class_code << 16)
    space[0x34] = capabilities[0][0] if capabilities else 0
    for index, (offset, body) in enumerate(capabilities):
        space[offset:offset + len(body)] = body
        space[offset + 1] = capabilities[index + 1][0] if index + 1 < len(capabilities) else 0
    return space


class Machine:
    def __init__(self, words):
        self.fakes = {w.split("=", 1)[1] for w in words if w.startswith("--fake=")}
        self.ram = bytearray(2 << 20)
        self.mmio = bytearray(0x4000)
        self.edu = {}
        self.edu_buffer = bytearray(4096)
        self.address = 0
        self.ioapic = {"select": 0}
        self.trace = []
        msi = struct.pack("<IIII", 0x00800005, 0, 0, 0)
        iommu = pci_function(0x14191022, 0x0806,
                             [(0x40, struct.pack("<III", 0x0B0F, IOMMU_BASE, 0)), (0x60, msi)])
        self.pci = {0x00: pci_function(0x29C08086, 0x0600, []), 0x08: iommu,
                    0x28: pci_function(0x11E81234, 0x00FF, [(0x40, msi)]),
                    0x38: pci_function(0x00121000, 0x0100, [])}
        for fake, bdf in (("no-iommu", 0x08), ("no-edu", 0x28)):
            if fake in self.fakes:
                del self.pci[bdf]

    def off(self):
        return not self.mmio[CONTROL] & 1

    def bar(self, bdf, offset):
        return struct.unpack_from("<I", self.pci[bdf], offset)[0] if bdf in self.pci else 0

    def message(self, address, data):
        self.trace.append(f"apic_deliver_irq dest {address >> 12 & 255} dest_mode {address >> 2 & 1} "
                          f"delivery_mode {data >> 8 & 7} vector {data & 255} "
                          f"trigger_mode {data >> 15 & 1}")

    def dma_write(self, address, data):
        if address >> 20 == 0xFEE:
            if self.off():
                self.message(address, int.from_bytes(data, "little"))
        elif self.off():
            self.ram[address:address + len(data)] = data

    def dma_read(self, address, length):
        return bytes(self.ram[address:address + length]) if self.off() else bytes(length)

    def edu_write(self, register, value):
        self.edu[register] = value
        if register == 0x98 and value & 1 and "stuck-dma" not in self.fakes:
            source, target, count = self.edu[0x80], self.edu[0x88], self.edu[0x90]
            if value & 2:
                start = source - EDU_BUFFER
                self.dma_write(target, self.edu_buffer[start:start + count])
            elif "blind-dma" not in self.fakes:
                start = target - EDU_BUFFER
                self.edu_buffer[start:start + count] = self.dma_read(source, count)
        if register == 0x98 and "deaf-dma" not in self.fakes:
            self.edu[register] &= ~1
        space = self.pci[0x28]
        if register == 0x60 and space[0x42] & 1:
            low, high, data = struct.unpack_from("<III", space, 0x44)
            self.dma_write(high << 32 | low, struct.pack("<I", data))

    def lsi_write(self, register, value):
        if register == 0x2C:
            words = struct.unpack("<IIIII", self.dma_read(value, 20))
            if words[0] >> 24 == 0xC0:
                self.dma_write(words[2], self.dma_read(words[1], words[0] & 0xFFFFFF))

    def ioapic_edge(self, pin):
        low, high = self.ioapic.get(0x10 + 2 * pin, 0), self.ioapic.get(0x11 + 2 * pin, 0)
        if not low & 0x10000:
            address = 0xFEE00000 | high >> 24 << 12 | (low >> 11 & 1) << 2
            self.dma_write(address, struct.pack("<I", low & 0x7FF))

    def write(self, address, size, value):
        if address == 0xFEC00000:
            self.ioapic["select"] = value
        elif address == 0xFEC00010:
            self.ioapic[self.ioapic["select"]] = value
        elif self.bar(0x28, 0x10) and address >> 20 == self.bar(0x28, 0x10) >> 20:
            self.edu_write(address & 0xFFFFF, value)
        elif self.bar(0x38, 0x14) and address >> 12 == self.bar(0x38, 0x14) >> 12:
            self.lsi_write(address & 0xFFF, value)
        elif IOMMU_BASE <= address < IOMMU_BASE + len(self.mmio):
            if "crash" in self.fakes:
                print("assertion failed: 0", file=sys.stderr, flush=True)
                os.abort()
            if "hang" in self.fakes:
                threading.Event().wait()
            at = address - IOMMU_BASE
            self.mmio[at:at + size] = value.to_bytes(size, "little")
        else:
            self.ram[address:address + size] = value.to_bytes(size, "little")

    def read(self, address, size):
        if self.bar(0x28, 0x10) and address >> 20 == self.bar(0x28, 0x10) >> 20:
            return self.edu.get(address & 0xFFFFF, 0)
        at = address - IOMMU_BASE
        store, at = (self.mmio, at) if 0 <= at < len(self.mmio) else (self.ram, address)
        return int.from_bytes(store[at:at + size], "little")

    def port_out(self, port, value):
        if port == 0xCF8:
            self.address = value
        elif self.address >> 8 & 0xFFFF in self.pci:
            self.config_write(self.pci[self.address >> 8 & 0xFFFF], self.address & 0xFC, value)

    @staticmethod
    def config_write(space, offset, value):
        if space[offset] == 5 and offset >= 0x40:  # MSI header: only the control word is writable
            value = value & 0xFFFF0000 | 0x800000 | space[offset + 1] << 8 | 5
        struct.pack_into("<I", space, offset, value)

    def port_in(self):
        space = self.pci.get(self.address >> 8 & 0xFFFF)
        return struct.unpack_from("<I", space, self.address & 0xFC)[0] if space else 0xFFFFFFFF

    def request(self, words):
        name, args = words[0], words[1:]
        sizes = {"b": 1, "w": 2, "l": 4, "q": 8}
        if name == "b64write":
            at = int(args[0], 0)
            self.ram[at:at + int(args[1], 0)] = base64.b64decode(args[2])
        elif name == "b64read":
            at = int(args[0], 0)
            return "OK " + base64.b64encode(self.ram[at:at + int(args[1], 0)]).decode()
        elif name == "memset":
            at, length, value = (int(word, 0) for word in args)
            self.ram[at:at + length] = bytes([value]) * length
        elif name == "outl":
            self.port_out(int(args[0], 0), int(args[1], 0))
        elif name == "inl":
            return f"OK {self.port_in():#x}"
        elif name == "set_irq_in":
            if args[0] == "ioapic" and args[3] == "1":
                self.ioapic_edge(int(args[2]))
        elif name.startswith("write"):
            self.write(int(args[0], 0), sizes[name[5:]], int(args[1], 0))
        elif name.startswith("read"):
            return f"OK {self.read(int(args[0], 0), sizes[name[4:]]):#018x}"
        else:
            return "FAIL Unknown command"
        return "OK"


def say(peer, message):
    peer.sendall((json.dumps(message) + "\n").encode())


def serve_qmp(path, paused):
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(path)
    version = {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": "fake"}
    replies = {"query-status": {"status": "paused" if paused else "running"}}
    with peer.makefile("r") as lines:
        say(peer, {"QMP": {"version": version, "capabilities": []}})
        for line in lines:
            command = json.loads(line)["execute"]
            say(peer, {"return": replies.get(command, {})})
            if command == "system_reset":
                say(peer, {"event": "RESET", "data": {}})


def main(words):
    machine = Machine(words)
    if "refuse" in machine.fakes:
        sys.exit("fake: unsupported machine type")
    value = dict(zip(words, words[1:]))
    with open(value["-D"], "w", encoding="ascii") as log:
        qmp_path = value["-chardev"].split("path=")[1]
        threading.Thread(target=serve_qmp, args=(qmp_path, "paused" in machine.fakes),
                         daemon=True).start()
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(value["-qtest"].removeprefix("unix:"))
        # Read and write apart: one text stream for both loses what it read ahead.
        with peer.makefile("r") as lines:
            for line in lines:
                reply = machine.request(line.split())
                log.write(line + "".join(text + "\n" for text in machine.trace))
                log.flush()
                machine.trace.clear()
                peer.sendall((reply + "\n").encode())


main(sys.argv[1:])
