# `cmake --install`: the binary, the plugin SDK with its CMake package, the example configuration, the schema, the unit.
include(CMakePackageConfigHelpers)
install(TARGETS postern RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/postern DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set_target_properties(postern_sdk PROPERTIES EXPORT_NAME sdk)
install(TARGETS postern_sdk EXPORT PosternTargets)
install(EXPORT PosternTargets NAMESPACE Postern:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)
configure_package_config_file(cmake/PosternConfig.cmake.in PosternConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)
write_basic_package_version_file(PosternConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/PosternConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/PosternConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)
install(FILES config/postern.yaml DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/postern)
install(FILES config/postern.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/postern)
install(FILES config/postern.service DESTINATION lib/systemd/system)
