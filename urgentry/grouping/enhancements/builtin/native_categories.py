"""What native frames are: of the system, a standard library, the user interface, a thread's base …

Facts by category. Where two patterns fit a frame the later category holds, so the order of the
groups matters: broad ones stand first.
"""

from typing import Final

from urgentry.grouping.enhancements.builtin.making import category, each
from urgentry.grouping.enhancements.rules import Rule

_SYSTEM_PACKAGES: Final = """
    /System/Library/Frameworks/**
    C:/Windows/**
    /usr/lib/**
    CoreFoundation
    Foundation
    CFNetwork
    IOKit
    QuartzCore
    IOMobileFramebuffer
    libobjc*
    libsystem*
    /system/**
    /vendor/**
    libdispatch.dylib
    WebKit
    **/libart.so
"""
_SYSTEM_FUNCTIONS: Final = """
    memset
    memcpy
    __memcpy
    memcmp
"""
_STANDARD_LIBRARIES: Final = """
    boost::*
    std::*
"""
_UI_PACKAGES: Final = """
    UIKit
    UIKitCore
    SwiftUI
    AttributeGraph
    CoreAutoLayout
    GraphicsServices
"""
_AUTO_LAYOUT: Final = r"-\[NSISEngine*"
_RUNTIMES: Final = "art::jit::*"
_AUDIO_AND_VIDEO: Final = """
    /system/lib/libmedia.so
    /System/lib/libaudioclient.so
    AudioToolbox*
    libAudioToolboxUtility.dylib
"""
_COMPILER_INTERNALS: Final = """
    std::_*
    __swift_*
    block_destroy_helper*
"""

_THREAD_START_LIBRARIES: Final = """
    /usr/lib/system/**
    libdyld.dylib
"""
_THREAD_BASES: Final = """
    wWinMain
    invoke_main
    BaseThreadInitThunk
    RtlUserThreadStart
    thread_start
    _pthread_start
    __pthread_start
    _pthread_body
    _dispatch_worker_thread2
    start_wqthread
    _pthread_wqthread
    boost::*::thread_proxy
"""
_WINDOWS_POOL_THREADS: Final = """
    TppWorkerThread
    TppWorkpExecuteCallback
    RtlpTpWorkCallback
"""

_ALLOCATORS: Final = """
    malloc
    malloc_base
    RtlpAllocateHeapInternal
    std::*::allocator_traits*
"""
_INDIRECTIONS: Final = """
    *::operator()*
    *<lambda>*
    destructor'
    __dynamic_cast
    boost::function*
    boost::_bi::*
    boost::detail::function::functor_manager*
    Array.subscript.*
"""
_DESTRUCTORS: Final = r"""
    *::\{dtor\}
    destructor'
"""
_SHUTDOWNS: Final = """
    exit
    RtlExitUserProcess
    ExitProcessImplementation
    RtlExitUserThread
"""
_HANDLERS: Final = """
    RtlpExecuteHandlerForException
    _sigtramp
    DispatchHookW
    execute_onexit_table
"""
_THROWS: Final = """
    abort
    raise
    std::terminate
    RtlExitUserThread
    TppRaiseInvalidParameter
    _CxxThrowException
    RaiseException
    RaiseComPlusException
    _CFThrowFormattedException
    objc_exception_throw
    AG::precondition_failure*
"""
_DEALLOCATORS: Final = """
    RtlFreeHeap
    RtlFreeUnicodeString
    std::_Deallocate
    free
    objc_release
    _swift_release_dealloc
    _CFRelease
"""

_DRIVER_PACKAGES: Final = """
    C:/WINDOWS/system32/DriverStore/**
    /System/Library/Extensions/AppleIntel*GraphicsGLDriver.bundle/**
    **/nvcuda.dll
    C:/Program Files/NVIDIA Corporation/**
    /System/Library/Extensions/GeForceGLDriver.bundle/**
    /System/Library/Extensions/AMDRadeon*/**
    /System/Library/PrivateFrameworks/GPUSupport.framework/**
    libGPUSupportMercury.dylib
    AGXGLDriver
"""
# OpenCL is not graphics, but changes places with OpenGL from one crash to the next.
_GRAPHICS: Final = """
    C:/Windows/SYSTEM32/OPENGL32.dll
    /System/Library/Frameworks/OpenGL.framework/**
    OpenGLES
    GLEngine
    /system/lib/libEGL.so
    **/libGLES*.so
    **/libESXGLES*.so
    /system/lib/libskia.so
    /System/Library/Frameworks/OpenCL.framework/**
"""
_GPU_SUPPORT: Final = "/System/Library/PrivateFrameworks/GPUSupport.framework/**"
_TELEMETRY: Final = """
    gpusKillClientExt
    crashpad::*
"""
_LOADERS: Final = """
    dlopen
    dladdr
    ImageLoaderMachO::findClosestSymbol
"""

LINUX_KERNEL: Final[tuple[Rule, ...]] = each(
    "package", ["linux-gate.so*", "linux-vdso.so*"], category("system"), family="native"
)

_BROAD: Final[tuple[Rule, ...]] = (
    *each("package", _SYSTEM_PACKAGES, category("system"), family="native"),
    *each("function", _SYSTEM_FUNCTIONS, category("system"), family="native"),
    *each("package", "/apex/com.android.*/lib*/**", category("system")),
    *each("function", _STANDARD_LIBRARIES, category("std"), family="native"),
    *each("package", _UI_PACKAGES, category("ui"), family="native"),
    *each("function", _AUTO_LAYOUT, category("ui"), family="native"),
    *each("function", _RUNTIMES, category("runtime"), family="native"),
    *each("package", _AUDIO_AND_VIDEO, category("av"), family="native"),
    *each("function", _COMPILER_INTERNALS, category("internals"), family="native"),
    *each(
        "function",
        "*_block_invoke*",
        category("internals"),
        family="native",
        also={"app": "no"},
    ),
)

_THREADS: Final[tuple[Rule, ...]] = (
    *each(
        "package",
        _THREAD_START_LIBRARIES,
        category("threadbase"),
        family="native",
        also={"function": "start"},
    ),
    *each(
        "package",
        ["UIKitCore", "UIKit"],
        category("threadbase"),
        family="native",
        also={"function": "UIApplicationMain"},
    ),
    *each("function", _THREAD_BASES, category("threadbase"), family="native"),
    *each(
        "package",
        "/usr/lib/system/libsystem_pthread.dylib",
        category("threadbase"),
        family="native",
        also={"function": "<unknown>"},
    ),
    *each("function", _WINDOWS_POOL_THREADS, category("threadbase"), family="native"),
)

_PURPOSES: Final[tuple[Rule, ...]] = (
    *each("package", "**/libsystem_malloc.dylib", category("malloc"), family="native"),
    *each("function", _ALLOCATORS, category("malloc"), family="native"),
    *each("function", _INDIRECTIONS, category("indirection"), family="native"),
    *each("function", _DESTRUCTORS, category("dtor"), family="native"),
    *each("function", _SHUTDOWNS, category("shutdown"), family="native"),
    *each("function", _HANDLERS, category("handler"), family="native"),
    *each("function", _THROWS, category("throw"), family="native"),
    *each("package", _DRIVER_PACKAGES, category("driver"), family="native"),
    *each("function", "*CUDA*", category("driver"), family="native"),
    *each("function", _DEALLOCATORS, category("free"), family="native"),
    *each("package", _GRAPHICS, category("gl"), family="native"),
    *each(
        "package",
        _GPU_SUPPORT,
        category("telemetry"),
        family="native",
        also={"function": "gpusGenerateCrashLog*"},
    ),
    *each("function", _TELEMETRY, category("telemetry"), family="native"),
    *each("package", "**/libBugly.so", category("telemetry")),
    *each("function", _LOADERS, category("load"), family="native"),
    *each(
        "package",
        "/system/lib/libnativeloader.so",
        category("load"),
        family="native",
        also={"function": "android::OpenNativeLibrary"},
    ),
    *each("function", "pthread_mutex_lock", category("lock"), family="native"),
)

RULES: Final[tuple[Rule, ...]] = (*_BROAD, *_THREADS, *_PURPOSES)
