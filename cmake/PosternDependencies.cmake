# Everything comes from the distribution; nothing is vendored or downloaded.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
if(NOT TARGET yaml-cpp::yaml-cpp)  # yaml-cpp 0.7
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)

# Asio's and Beast's non-template code, compiled once.
add_library(boost_impl STATIC ${PROJECT_SOURCE_DIR}/cmake/boost_impl.cpp)
target_compile_features(boost_impl PUBLIC cxx_std_20)
target_compile_definitions(boost_impl PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(boost_impl PUBLIC Boost::headers Threads::Threads OpenSSL::SSL)
