# stepscope_grpc: gRPC without TLS, whole inside the binary. As shared libraries it brings sixty
# others, which would cost every start 6 ms and 5 MB, also where nobody asked for gRPC.
# stepscope_proto_library(NAME FILE...): messages and services of proto/, as a library.
find_program(STEPSCOPE_GRPC_PLUGIN grpc_cpp_plugin REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(STEPSCOPE_GRPC REQUIRED grpc++_unsecure)

set(archives "")
# Debian's list of what gRPC needs leaves out the last four.
set(names ${STEPSCOPE_GRPC_STATIC_LIBRARIES} cares address_sorting upb protobuf-lite)
list(REMOVE_DUPLICATES names)
list(REMOVE_ITEM names rt atomic dl pthread m re2)  # The system's, and one that we link anyway.
foreach(name ${names})
  find_library(STEPSCOPE_ARCHIVE_${name} lib${name}.a REQUIRED)
  mark_as_advanced(STEPSCOPE_ARCHIVE_${name})
  list(APPEND archives ${STEPSCOPE_ARCHIVE_${name}})
endforeach()
find_package(ZLIB REQUIRED)
add_library(stepscope_grpc INTERFACE)
target_link_libraries(stepscope_grpc INTERFACE
  "$<LINK_GROUP:RESCAN,${archives}>" re2::re2 ZLIB::ZLIB Threads::Threads ${CMAKE_DL_LIBS})

function(stepscope_proto_library name)
  stepscope_generate_messages(${name} stepscope_grpc "${ARGN}" .grpc.pb.cc
    --grpc_out=${CMAKE_CURRENT_BINARY_DIR}/generated
    --plugin=protoc-gen-grpc=${STEPSCOPE_GRPC_PLUGIN})
endfunction()
