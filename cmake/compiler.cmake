# Language, warnings and the processor that we build for; sanitizers are flags of the presets.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)  # The Python module links the same libraries.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)    # clang-tidy reads it.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

option(STEPSCOPE_WERROR "Treat warnings as errors" ON)
set(STEPSCOPE_SANITIZE "" CACHE STRING "What to pass to -fsanitize=, for example address,undefined")

add_compile_options(
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi -Wformat=2
  -Wcast-align -Wmissing-declarations -Wsuggest-override
  # Designated initialisers leave out what keeps its default.
  -Wno-missing-field-initializers)
if(STEPSCOPE_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlaps inside std::string that are not there (its bug 105651), and holds the value
  # of an empty std::optional for one that somebody may read.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized)
else()
  # std::stable_sort of GCC 12's library uses what the library itself calls deprecated, and clang
  # says so.
  add_compile_options(-Wno-deprecated-declarations)
endif()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  # Every x86-64 machine since 2009; faster paths are chosen at run time.
  add_compile_options(-march=x86-64-v2)
endif()

if(STEPSCOPE_SANITIZE)
  add_compile_options(
    -fsanitize=${STEPSCOPE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${STEPSCOPE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Fences, which the thread sanitizer does not follow, are others' (shared_ptr's).
    add_compile_options(-Wno-tsan)
  endif()
endif()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

add_compile_definitions(STEPSCOPE_VERSION="${PROJECT_VERSION}")
include_directories(${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
