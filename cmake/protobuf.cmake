# stepscope_message_library(NAME FILE...): messages of proto/ with what their text format and their
# JSON need, as a library. Services are grpc.cmake's business.
find_program(STEPSCOPE_PROTOC protoc REQUIRED)
find_library(STEPSCOPE_ARCHIVE_protobuf libprotobuf.a REQUIRED)
mark_as_advanced(STEPSCOPE_PROTOC STEPSCOPE_ARCHIVE_protobuf)
find_package(ZLIB REQUIRED)

# Inside the binary, as in grpc.cmake.
add_library(stepscope_protobuf INTERFACE)
target_link_libraries(stepscope_protobuf INTERFACE
  ${STEPSCOPE_ARCHIVE_protobuf} ZLIB::ZLIB Threads::Threads)

function(stepscope_message_library name)
  stepscope_generate_messages(${name} stepscope_protobuf "${ARGN}" "")
endfunction()

# A library of what protoc makes of `files`, linked with `runtime`; with more flags it makes more
# sources, which end with `more_suffix`.
function(stepscope_generate_messages name runtime files more_suffix)
  set(root ${PROJECT_SOURCE_DIR}/proto)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
  set(sources "")
  file(MAKE_DIRECTORY ${generated})
  foreach(file ${files})
    string(REGEX REPLACE "\\.proto$" "" stem ${file})
    # At configure time, so that the headers are there for clang-tidy too.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${root}/${file})
    execute_process(
      COMMAND ${STEPSCOPE_PROTOC} -I ${root} --cpp_out=${generated} ${ARGN} ${file}
      COMMAND_ERROR_IS_FATAL ANY)
    list(APPEND sources ${generated}/${stem}.pb.cc)
    if(more_suffix)
      list(APPEND sources ${generated}/${stem}${more_suffix})
    endif()
  endforeach()
  add_library(${name} STATIC ${sources})
  target_compile_options(${name} PRIVATE -w)  # Others' code.
  target_include_directories(${name} SYSTEM PUBLIC ${generated})
  target_link_libraries(${name} PUBLIC ${runtime})
  # Under the thread sanitizer, maps would have a member more than in the archive, which was built
  # without it.
  target_compile_options(${name} PUBLIC -U__SANITIZE_THREAD__)
endfunction()
