/* limits.h - every limit in one place. Sizes are bytes. */
#ifndef CDN_CORE_LIMITS_H
#define CDN_CORE_LIMITS_H

#define CDN_LIMIT_FIELD_SIZE (64u * 1024u)              /* one CSV field */
#define CDN_LIMIT_RECORD_SIZE (32u * 1024u * 1024u)     /* one CSV record */
#define CDN_LIMIT_RECORD_FIELDS (64u * 1024u)           /* fields of one CSV record */
#define CDN_LIMIT_PROBLEMS 100u                         /* input problems printed before counting */
#define CDN_LIMIT_SOURCE_SIZE (256u * 1024u)            /* a Lua source file */
#define CDN_LIMIT_JSON_SIZE (4u * 1024u * 1024u)        /* a JSON text from the jail */
#define CDN_LIMIT_PLAN_SIZE (1024u * 1024u)             /* a plan */
#define CDN_LIMIT_JSON_DEPTH 32u
#define CDN_LIMIT_TABLES 64u                            /* tables and lists of one plan */
#define CDN_LIMIT_TABLE_DIMENSIONS 6u
#define CDN_LIMIT_TABLE_CELLS (4u * 1024u * 1024u)      /* keys of one table */
#define CDN_LIMIT_NAME_SIZE 64u                         /* names in catalogue, plan, policy */
#define CDN_LIMIT_TEXT_SIZE (2u * 1024u)                /* titles and notes */

#endif
