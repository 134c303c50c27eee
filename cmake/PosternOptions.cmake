# Compiler, linker and sanitizer settings that every target of the project shares.
add_library(postern_options INTERFACE)
target_compile_features(postern_options INTERFACE cxx_std_20)
target_compile_options(postern_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
target_compile_definitions(postern_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # RapidJSON's iterators compare ambiguously under C++20 rewriting.
  target_compile_options(postern_options INTERFACE -Wno-ambiguous-reversed-operator)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlapping copies and uninitialised members inside std::string where there are none (GCC bugs 105651, 105562).
  target_compile_options(postern_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()

set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")

if(POSTERN_SANITIZE)
  # Global, so that plugins and test programs are instrumented alike.
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${POSTERN_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND POSTERN_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=function)  # clang 14 cannot compile coroutines with it
  endif()
  if(POSTERN_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan)  # fires inside libstdc++ and Asio
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

find_program(POSTERN_CCACHE ccache)
if(POSTERN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${POSTERN_CCACHE}")
endif()
find_program(POSTERN_MOLD mold)
if(POSTERN_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
