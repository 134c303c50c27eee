# `cmake --install`: the component "gateway" is the binary, the example configuration, the schema, the functions'
# bootstraps, units and documents; "sdk" is the plugin SDK with its CMake package.
include(CMakePackageConfigHelpers)
install(TARGETS postern RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT gateway)
install(FILES config/postern.yaml DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/postern COMPONENT gateway)
install(FILES config/postern.logrotate DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/logrotate.d RENAME postern COMPONENT gateway)
install(FILES config/postern.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/postern COMPONENT gateway)
install(DIRECTORY src/integrations/lambda/runtime DESTINATION ${CMAKE_INSTALL_DATADIR}/postern COMPONENT gateway
  FILES_MATCHING PATTERN *.mjs PATTERN *.py PATTERN __pycache__ EXCLUDE)
install(FILES config/postern.service config/postern.socket DESTINATION lib/systemd/system COMPONENT gateway)
install(FILES config/postern.sysusers DESTINATION lib/sysusers.d RENAME postern.conf COMPONENT gateway)
# As they lie in the repository, so that their links lead somewhere. The image is built from a context without them.
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT gateway OPTIONAL)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT gateway OPTIONAL)

install(DIRECTORY include/postern DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)
set_target_properties(postern_sdk PROPERTIES EXPORT_NAME sdk)
install(TARGETS postern_sdk EXPORT PosternTargets COMPONENT sdk)
install(EXPORT PosternTargets NAMESPACE Postern:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern COMPONENT sdk)
configure_package_config_file(cmake/PosternConfig.cmake.in PosternConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)
write_basic_package_version_file(PosternConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/PosternConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/PosternConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern COMPONENT sdk)

