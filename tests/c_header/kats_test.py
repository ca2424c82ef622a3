"""The exported known answers compile as C and as C++ without a warning, a consumer typed by hand gets
them right, and one with a mistake is told so."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
COMPILERS = {"c": [os.environ["CC"], "-std=c11", "-x", "c"],
             "c++": [os.environ["CXX"], "-std=c++17", "-x", "c++"]}


class Kats(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.dir = tempfile.TemporaryDirectory(prefix="amdvi-kats-")
        cls.addClassCleanup(cls.dir.cleanup)
        header = os.path.join(cls.dir.name, "amdvi_kats.h")
        subprocess.run([os.environ["AMDVI"], "export", "--c-kats", header], check=True)

    def consumer(self, language: str, broken: int) -> subprocess.CompletedProcess:
        program = os.path.join(self.dir.name, f"consumer-{language}-{broken}")
        subprocess.run([*COMPILERS[language], *WARNINGS, f"-DBROKEN={broken}", "-I", self.dir.name,
                        "-o", program, str(HERE / "kats.c")], check=True)
        return subprocess.run([program], capture_output=True, text=True, check=False)

    def test_a_consumer_typed_by_hand_gets_them_right(self) -> None:
        for language in COMPILERS:
            with self.subTest(language=language):
                done = self.consumer(language, 0)
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_consumer_with_a_mistake_is_told(self) -> None:
        for broken, name in ((1, "VfctrlPprControl"), (2, "GUEST_EVENT_FAULT"), (3, "private_slice")):
            with self.subTest(broken=broken):
                done = self.consumer("c", broken)
                self.assertEqual(done.returncode, 1)
                self.assertTrue(done.stdout.startswith(f"{name} kat-"), done.stdout)

    def test_the_header_needs_no_library(self) -> None:
        for language, command in COMPILERS.items():
            with self.subTest(language=language):
                subprocess.run([*command, *WARNINGS, "-Wno-unused-const-variable", "-Wno-unused-function",
                                "-ffreestanding", "-c", "-o", os.devnull,
                                os.path.join(self.dir.name, "amdvi_kats.h")], check=True)


if __name__ == "__main__":
    unittest.main()
