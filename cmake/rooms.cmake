# A room is a folder whose files say by their names what they are:
#   x.cc        part of the library stepscope_<room>          main.cc   left to an executable
#   x_test.cc   part of the GoogleTest program <room>_test, which ctest runs (label unit);
#               golden_test.cc stands alone (label golden)
#   x_fuzz.cc   a fuzz target of its own, over the inputs in x_fuzz_corpus/ beside it; ctest runs
#               the corpus (label replay) and, where libFuzzer is linked, the search (label fuzz)
#   x_bench.cc  part of <room>_bench, where Google Benchmark is installed
# Tests run in the root of the repository, so that they open tests/data/... by that name.

set(STEPSCOPE_TEST_TIMEOUT_S 300 CACHE STRING "Seconds after which ctest ends one test program")

enable_testing()
add_custom_target(tests COMMENT "Test programs, without the fuzz targets")
add_custom_target(fuzzers COMMENT "The fuzz targets, or what replays their corpora")
add_custom_target(benches COMMENT "What ./dev bench runs, next to the binary itself")

# What a failing sanitizer says; unknown ones ignore it.
set(STEPSCOPE_TEST_ENVIRONMENT
  "ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1"
  "UBSAN_OPTIONS=print_stacktrace=1"
  "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")

# stepscope_rooms(NAME...): adds those rooms of src/ that exist.
macro(stepscope_rooms)
  foreach(room ${ARGN})
    if(EXISTS ${PROJECT_SOURCE_DIR}/src/${room}/CMakeLists.txt)
      add_subdirectory(src/${room})
    endif()
  endforeach()
endmacro()

# stepscope_room(NAME [DEPS ROOM...] [LIBS TARGET...]): the room whose folder this CMakeLists.txt is in.
# DEPS are other rooms, LIBS other people's libraries; whoever uses the room gets both.
function(stepscope_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "DEPS;LIBS")
  if(DEFINED room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "stepscope_room(${name}): say DEPS or LIBS before ${room_UNPARSED_ARGUMENTS}")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  stepscope_unit(${name} "${sources}" "${room_DEPS}" "${room_LIBS}")
endfunction()

# stepscope_plugin(NAME [DEPS ROOM...] [LIBS TARGET...]): plugins/NAME, called in plugins/CMakeLists.txt.
# Its summary.cc is a library of its own, stepscope_summary_NAME (`DEPS summary_NAME`), which sees only
# base and wire, so that the logger stays small; the rest is stepscope_plugin_NAME.
function(stepscope_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "" "" "DEPS;LIBS")
  set(folder ${PROJECT_SOURCE_DIR}/plugins/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cc)
  set(summary_sources ${sources})
  list(FILTER summary_sources INCLUDE REGEX "/${name}/summary(_test)?\\.cc$")
  list(REMOVE_ITEM sources ${summary_sources})

  if(summary_sources)
    stepscope_unit(summary_${name} "${summary_sources}" "base;wire" "")
    list(APPEND plugin_DEPS summary_${name})
  endif()
  stepscope_unit(plugin_${name} "${sources}" "${plugin_DEPS};plugin" "${plugin_LIBS}")
  set_property(GLOBAL APPEND PROPERTY STEPSCOPE_PLUGINS plugin_${name})
endfunction()

# stepscope_plugin_list(): stepscope_plugins, which is plugins.cc and every plugin named before.
function(stepscope_plugin_list)
  get_property(plugins GLOBAL PROPERTY STEPSCOPE_PLUGINS)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/plugins/*.cc)
  stepscope_unit(plugins "${sources}" "${plugins};plugin" "")
endfunction()

function(stepscope_require_room user dep)
  if(NOT TARGET stepscope_${dep})
    message(FATAL_ERROR "${user} has ${dep} among its DEPS, but there is no such room or plugin")
  endif()
endfunction()

# The library, tests, fuzz targets and benchmarks of one room or plugin.
function(stepscope_unit name sources deps libs)
  set(library ${sources})
  list(FILTER library EXCLUDE REGEX "_(test|fuzz|bench)\\.cc$|/main\\.cc$")
  foreach(dep ${deps})
    # Once all rooms are there; else a misspelt one would show only when something links.
    cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY [[${PROJECT_SOURCE_DIR}]]
                              CALL stepscope_require_room [[${name}]] [[${dep}]])")
  endforeach()
  list(TRANSFORM deps PREPEND stepscope_)
  if(library)
    add_library(stepscope_${name} STATIC ${library})
    target_link_libraries(stepscope_${name} PUBLIC ${deps} ${libs})
    stepscope_precompile(stepscope_${name})
  else()
    add_library(stepscope_${name} INTERFACE)
    target_link_libraries(stepscope_${name} INTERFACE ${deps} ${libs})
  endif()

  if(STEPSCOPE_TESTS)
    stepscope_unit_tests(${name} "${sources}")
  endif()
  if(benchmark_FOUND)
    stepscope_unit_benches(${name} "${sources}")
  endif()
endfunction()

function(stepscope_unit_tests name sources)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(golden_tests ${tests})
  list(FILTER golden_tests INCLUDE REGEX "golden_test\\.cc$")
  list(REMOVE_ITEM tests ${golden_tests})
  stepscope_test_program(${name} ${name}_test unit "${tests}")
  stepscope_test_program(${name} ${name}_golden_test golden "${golden_tests}")

  set(fuzzers ${sources})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  foreach(source ${fuzzers})
    stepscope_fuzz_target(${name} ${source})
  endforeach()
endfunction()

function(stepscope_test_program name program label sources)
  if(sources)
    add_executable(${program} ${sources})
    target_link_libraries(${program} PRIVATE stepscope_${name} GTest::gmock GTest::gtest_main)
    stepscope_link_testing(${program} ${name})
    stepscope_precompile(${program} <gmock/gmock.h> <gtest/gtest.h>)
    stepscope_add_test(${program} ${label} ${program})
    add_dependencies(tests ${program})
  endif()
endfunction()

function(stepscope_unit_benches name sources)
  list(FILTER sources INCLUDE REGEX "_bench\\.cc$")
  if(sources)
    add_executable(${name}_bench ${sources})
    target_link_libraries(${name}_bench PRIVATE stepscope_${name} benchmark::benchmark_main)
    stepscope_link_testing(${name}_bench ${name})
    add_dependencies(benches ${name}_bench)
  endif()
endfunction()

# A fuzz target is built for libFuzzer in the asan preset; elsewhere the same code only replays the
# corpus.
function(stepscope_fuzz_target name source)
  cmake_path(GET source STEM stem)
  cmake_path(REPLACE_FILENAME source ${stem}_corpus OUTPUT_VARIABLE corpus)
  if(STEPSCOPE_SANITIZE MATCHES "fuzzer")
    set(program ${stem})
    add_executable(${program} ${source})
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    set(run ${PROJECT_SOURCE_DIR}/cmake/run_fuzzer.sh $<TARGET_FILE:${program}> ${corpus})
    stepscope_add_test(${stem} fuzz ${run} ${PROJECT_BINARY_DIR}/found/${stem})
    stepscope_add_test(${stem}_replay replay ${run})
  else()
    set(program ${stem}_replay)
    add_executable(${program} ${source} ${PROJECT_SOURCE_DIR}/cmake/fuzz_replay.cc)
    stepscope_add_test(${program} replay ${program} ${corpus})
  endif()
  stepscope_precompile(${program})
  set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -Wno-missing-declarations)
  target_link_libraries(${program} PRIVATE stepscope_${name})
  stepscope_link_testing(${program} ${name})
  add_dependencies(fuzzers ${program})
endfunction()

# The rooms on the left of `testing` come before it, so its target may not exist yet: the name links late.
function(stepscope_link_testing program room)
  if((STEPSCOPE_TESTS OR benchmark_FOUND) AND NOT room STREQUAL "testing"
     AND EXISTS ${PROJECT_SOURCE_DIR}/src/testing/CMakeLists.txt)
    target_link_libraries(${program} PRIVATE stepscope_testing)
  endif()
endfunction()

function(stepscope_add_test name label)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES
    LABELS ${label}
    TIMEOUT ${STEPSCOPE_TEST_TIMEOUT_S}
    ENVIRONMENT "${STEPSCOPE_TEST_ENVIRONMENT}")
endfunction()
