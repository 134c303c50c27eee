# `./dev package`: Debian packages by CPack, postern (the gateway) and postern-dev (for plugin authors).
# Meant for the prefix /usr with CMAKE_INSTALL_SYSCONFDIR=/etc, as `./dev package` sets them.
file(STRINGS include/postern/version.hpp version REGEX "define POSTERN_VERSION ")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" CPACK_PACKAGE_VERSION "${version}")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME postern)
set(CPACK_PACKAGE_CONTACT "The Postern authors <postern@localhost>")
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
set(CPACK_COMPONENT_GATEWAY_DESCRIPTION
"WebSocket clients connect, routes pick a handler by a field of the message,
and backends push to clients with the AWS SDKs they already use. One program
with its configuration in /etc/postern/postern.yaml, as a systemd service.")

set(CPACK_DEBIAN_SDK_PACKAGE_NAME postern-dev)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS postern)
set(CPACK_COMPONENT_SDK_DESCRIPTION
"Headers and the CMake package with which plugins of the gateway are built.")

file(WRITE "${PROJECT_BINARY_DIR}/conffiles" "/etc/postern/postern.yaml\n")
set(CPACK_DEBIAN_GATEWAY_PACKAGE_CONTROL_EXTRA "${PROJECT_BINARY_DIR}/conffiles"
  "${PROJECT_SOURCE_DIR}/cmake/debian/postinst" "${PROJECT_SOURCE_DIR}/cmake/debian/prerm" "${PROJECT_SOURCE_DIR}/cmake/debian/postrm")
include(CPack)
