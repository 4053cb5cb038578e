/* version.h - the version of the library.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CORDON_VERSION_H
#define CORDON_VERSION_H

#define CDN_VERSION_MAJOR 0
#define CDN_VERSION_MINOR 1
#define CDN_VERSION_PATCH 0
#define CDN_VERSION_TEXT "0.1.0"

#endif
