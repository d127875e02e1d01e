# stepscope_assets: the built page (./dev build puts it into build/web) as a table inside the binary,
# which src/server/assets.h declares. Without a built page the table is empty.
set(STEPSCOPE_WEB_DIR ${PROJECT_SOURCE_DIR}/build/web CACHE PATH "The built page; empty: none")

find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(page "")
if(STEPSCOPE_WEB_DIR)
  # Names carry hashes, so that a changed page is a changed list, and configures again.
  file(GLOB_RECURSE page CONFIGURE_DEPENDS ${STEPSCOPE_WEB_DIR}/*)
endif()

set(generated ${PROJECT_BINARY_DIR}/generated/embedded_assets.cc)
add_custom_command(
  OUTPUT ${generated}
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/embed_assets.py
          --output ${generated} "${STEPSCOPE_WEB_DIR}"
  DEPENDS ${PROJECT_SOURCE_DIR}/tools/embed_assets.py ${page}
  COMMENT "Embedding the page"
  VERBATIM)
add_library(stepscope_assets STATIC EXCLUDE_FROM_ALL ${generated})
