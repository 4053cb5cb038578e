/* system.h - cells and the linear equations between them, as protection and attack see them.
 *
 * A system is plain numbers: cells 0..cell_count-1, equations (each sums to
 * zero over its cells with small integer coefficients), and figures: what is
 * output. A figure uses one or more cells (a rate uses its numerator and its
 * denominator); it is published or withheld as a whole, and a cell is visible
 * when some published figure uses it. Cells that no figure uses are hidden:
 * never output, but an attacker may get at them through the equations.
 *
 * Protect and attack share this shape and no code. */
#ifndef CDN_CELLS_SYSTEM_H
#define CDN_CELLS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Marks of a cell; any combination. */
#define CDN_CELL_SENSITIVE (1u << 0) /* must not be visible, nor determined by what is visible */
#define CDN_CELL_KNOWN (1u << 1)     /* everybody knows it (structural zero, public fact, earlier
                                        release): always visible, and never sensitive */
#define CDN_CELL_KEEP (1u << 2)      /* not to be chosen as secondary (a true zero): withholding it
                                        would protect nothing */
#define CDN_CELL_COMMON (1u << 3)    /* with KNOWN: and not through the tables of this release (rows
                                        that consent shows, and zeros that the policy calls no
                                        secret, are common). What a contributor
                                        works out from such cells and its own alone is no exposure:
                                        no release could prevent it */

/** Kinds of contributors who may be attackers: worker, workplace, provider; or any one kind. */
#define CDN_HOLDER_KINDS 3u

typedef struct cdn_system {
    uint32_t cell_count;
    const uint8_t *marks;          /* per cell */
    const uint64_t *costs;         /* per cell: what withholding it loses; > 0 */
    const uint64_t *ranks;       /* per cell: of two that cost the same, the one with the greater is
                                      rather published; NULL = all are alike */
    uint32_t equation_count;
    const uint32_t *equation_start; /* equation_count + 1 offsets */
    const uint32_t *equation_cell;  /* a cell at most once per equation */
    const int32_t *equation_coefficient; /* not 0 */
    uint32_t figure_count;
    const uint32_t *figure_start;   /* figure_count + 1 offsets */
    const uint32_t *figure_cell;
    /* Contributors as attackers. holder[k][cell]: the contributor of kind k who is alone in the
     * cell and therefore knows its value; 0 = nobody or several. Each (k, h) is an attacker who
     * knows, on top of what is visible, all cells with holder[k] = h, and must not determine a
     * sensitive cell that is not h's own. */
    uint32_t holder_kinds; /* 0 = outsiders only */
    const uint32_t *holder[CDN_HOLDER_KINDS];
    const uint8_t *implied; /* per cell, bit k: the equations give it to its holder of kind k from
                               other cells of its own, not implied themselves; NULL = none do */
} cdn_system;

/** true when the holder learns nothing by holding the cell. */
static inline bool cdn_system_implies(const cdn_system *system, uint32_t kind, uint32_t cell)
{
    return system->implied != NULL && (system->implied[cell] >> kind & 1u) != 0;
}

#endif
