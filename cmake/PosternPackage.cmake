# `./dev package`: Debian packages by CPack, postern (the gateway) and postern-dev (for plugin authors).
# Meant for the prefix /usr with CMAKE_INSTALL_SYSCONFDIR=/etc, as `./dev package` sets them.
file(STRINGS include/postern/version.hpp version REGEX "define POSTERN_VERSION ")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" CPACK_PACKAGE_VERSION "${version}")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME postern)
set(POSTERN_PACKAGE_CONTACT "Postern <root@localhost>" CACHE STRING "Maintainer of the Debian packages: who builds them for others")
set(CPACK_PACKAGE_CONTACT "${POSTERN_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "WebSocket gateway that behaves as API Gateway's WebSocket APIs do")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_OUTPUT_FILE_PREFIX "${PROJECT_BINARY_DIR}/packages")
set(CPACK_COMPONENTS_ALL gateway sdk)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_GATEWAY_PACKAGE_NAME postern)
set(CPACK_DEBIAN_GATEWAY_PACKAGE_SHLIBDEPS ON)
# systemd-sysusers makes the user; `systemctl reload` needs kill.
set(CPACK_DEBIAN_GATEWAY_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, procps, init-system-helpers (>= 1.54)")
# Lambda functions run with the interpreters that are there.
set(CPACK_DEBIAN_GATEWAY_PACKAGE_SUGGESTS "nodejs, python3")
set(CPACK_COMPONENT_GATEWAY_DESCRIPTION
"WebSocket clients connect, routes pick a handler by a field of the message,
and backends push to clients with the AWS SDKs they already use. One program
with its configuration in /etc/postern/postern.yaml, as a systemd service.")

set(CPACK_DEBIAN_SDK_PACKAGE_NAME postern-dev)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS postern)
set(CPACK_COMPONENT_SDK_DESCRIPTION
"Headers and the CMake package with which plugins of the gateway are built.")

# What Debian's policy wants under /usr/share/doc of each package. They are for packages only: `cmake --install` does without.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(WRITE "${PROJECT_BINARY_DIR}/changelog" "postern (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n"
    "  * CHANGELOG.md of the package postern has the changes.\n\n -- ${POSTERN_PACKAGE_CONTACT}  ${date}\n")
  execute_process(COMMAND gzip -9nf changelog WORKING_DIRECTORY "${PROJECT_BINARY_DIR}" COMMAND_ERROR_IS_FATAL ANY)
  foreach(component gateway sdk)
    string(TOUPPER ${component} upper)
    install(FILES cmake/debian/copyright "${PROJECT_BINARY_DIR}/changelog.gz"
      DESTINATION "share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}" COMPONENT ${component})
  endforeach()
endif()

file(WRITE "${PROJECT_BINARY_DIR}/conffiles" "/etc/logrotate.d/postern\n/etc/postern/postern.yaml\n")
set(CPACK_DEBIAN_GATEWAY_PACKAGE_CONTROL_EXTRA "${PROJECT_BINARY_DIR}/conffiles"
  "${PROJECT_SOURCE_DIR}/cmake/debian/postinst" "${PROJECT_SOURCE_DIR}/cmake/debian/prerm" "${PROJECT_SOURCE_DIR}/cmake/debian/postrm")
include(CPack)
