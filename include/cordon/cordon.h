/* cordon.h - the public interface in one include. See desk.h for the life cycle.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CORDON_CORDON_H
#define CORDON_CORDON_H

#include "cordon/desk.h"
#include "cordon/error.h"
#include "cordon/outside.h"
#include "cordon/version.h"

#endif
