"""Builds: the page with Vite into build/web, the C++ half with CMake into build/<preset>."""

from machine import BUILD, CORES, ROOT, WEB, Stamp, run, say, tracked, web_tool

# Programs that some suites and tasks drive next to the binary.
AROUND = ("stepscope_demo", "make_logdir")


def page() -> None:
    """Builds the page, unless nothing it is made of has changed."""
    sources = tracked("web", "plugins/*/web", "package-lock.json", "*.config.ts", "*.config.js")
    stamp = Stamp("page", sources)
    if stamp.is_stale() or not (WEB / "index.html").exists():
        say("Building the page")
        run(*web_tool("vite/bin/vite.js", "build", "--logLevel", "warn"))
        stamp.set()


def configure(preset: str) -> None:
    folder = BUILD / preset
    stamp = Stamp(f"configure-{preset}", [ROOT / "CMakePresets.json"])
    if stamp.is_stale() or not (folder / "build.ninja").exists():
        run("cmake", "--fresh", "--preset", preset, quiet=True)
        stamp.set()


def cmake(preset: str, *targets: str) -> None:
    """Brings targets of a preset up to date."""
    configure(preset)
    say(f"Building {', '.join(targets)} ({preset})")
    run("cmake", "--build", BUILD / preset, "--parallel", str(CORES), "--target", *targets)


def release(*targets: str) -> None:
    """The binary with the page inside, as people run it: build/release/stepscope. And more."""
    page()
    cmake("release", "stepscope", *targets)
