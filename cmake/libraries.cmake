# Libraries of others, all from Debian (tools/deps/apt.txt), as targets that a room names after LIBS.
# They are looked up here, once, because a target found in a room's folder is not seen outside it.
find_package(Threads REQUIRED)                      # Threads::Threads
find_package(Boost 1.81 REQUIRED)                   # Boost::headers
find_package(CLI11 REQUIRED)                        # CLI11::CLI11
find_package(nlohmann_json REQUIRED)                # nlohmann_json::nlohmann_json
find_package(simdjson REQUIRED)                     # simdjson::simdjson
find_package(GTest QUIET)                           # GTest::gtest, GTest::gmock: tests only
find_package(benchmark QUIET)                       # benchmark::benchmark: *_bench.cc only

# stepscope_library(TARGET LIBRARY HEADER): one that Debian packs without a CMake file.
function(stepscope_library target library header)
  if(TARGET ${target})
    return()
  endif()
  find_library(STEPSCOPE_LIB_${library} ${library} REQUIRED)
  find_path(STEPSCOPE_INCLUDE_${library} ${header} REQUIRED)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(${target} INTERFACE ${STEPSCOPE_LIB_${library}})
  target_include_directories(${target} INTERFACE ${STEPSCOPE_INCLUDE_${library}})
endfunction()

stepscope_library(re2::re2 re2 re2/re2.h)
stepscope_library(cmark-gfm::core cmark-gfm cmark-gfm.h)
stepscope_library(cmark-gfm::extensions cmark-gfm-extensions cmark-gfm-core-extensions.h)
stepscope_library(libdeflate::libdeflate deflate libdeflate.h)
target_link_libraries(cmark-gfm::extensions INTERFACE cmark-gfm::core)

option(STEPSCOPE_TESTS "Build the tests; needs GoogleTest" ${GTest_FOUND})
if(STEPSCOPE_TESTS AND NOT GTest_FOUND)
  message(FATAL_ERROR "STEPSCOPE_TESTS needs GoogleTest: apt-get install libgtest-dev")
endif()
