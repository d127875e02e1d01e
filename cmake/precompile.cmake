# Others' headers that most files include, precompiled where a sanitizer watches: a quarter of such a
# build. The dev and release presets go without, so that every file still names what it uses.
set(STEPSCOPE_PRECOMPILED
  <algorithm> <atomic> <chrono> <cmath> <cstdint> <cstring> <filesystem> <fstream> <functional> <map>
  <memory> <mutex> <optional> <random> <set> <span> <string> <string_view> <thread> <unordered_map>
  <utility> <vector> <nlohmann/json.hpp>)

# stepscope_precompile(TARGET [HEADER...]): the first library and the first program compile them, with
# more headers, for all that come after. Libraries and programs are told apart, as -fPIC and -fPIE.
function(stepscope_precompile target)
  if(NOT STEPSCOPE_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang"  # GCC asks for equal macros.
     OR CMAKE_CXX_COMPILER_LAUNCHER)  # A compiler cache does more, and does not know them.
    return()
  endif()
  get_target_property(type ${target} TYPE)
  get_property(first GLOBAL PROPERTY STEPSCOPE_PRECOMPILED_${type})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${STEPSCOPE_PRECOMPILED} ${ARGN})
    set_property(GLOBAL PROPERTY STEPSCOPE_PRECOMPILED_${type} ${target})
  endif()
endfunction()
