#!/bin/sh
# verify.sh TRUST [KNOWN] - is this package complete, unchanged, approved, and good to use today?
#
# Run it inside the package. TRUST is the folder that you got from the sender by another way:
# root.pem, crl.pem, approvers.pem, and as a rule status.json with status.json.p7s. KNOWN is the
# one that you had before: nothing in TRUST may be older. Needs openssl, sha512sum, find, grep,
# sed and coreutils. A copy inside a package proves nothing
# about itself: keep your own copy. The first line of the answer, and the exit code:
#
#   OK: N approvals       0    EXPIRED: why     10    SUPERSEDED: by which   13
#   REFUSED: why          1    NOT YET: from    11    REVOKED: whose key     14
#   (called wrongly)      2    WITHDRAWN: why   12    STALE: trust folder    15
set -u
LC_ALL=C
export LC_ALL
unset OPENSSL_CONF
answer() {
    printf '%s\n' "$2"
    exit "$1"
}
refuse() {
    answer 1 "REFUSED: $1"
}
if [ $# -lt 1 ] || [ $# -gt 2 ] || [ -z "$1" ] || [ "${2-.}" = '' ]; then
    echo "usage: sh verify.sh TRUST-FOLDER [THE-ONE-OF-BEFORE]" >&2
    exit 2
fi
folder() {
    case $1 in
    /*) printf %s "$1" ;;
    *) printf %s "./$1" ;;
    esac
}
trust=$(folder "$1")
known=${2:+$(folder "$2")}
# is_there FOLDER/FILE: anything but a plain file of a size that we read is refused
is_there() {
    [ -e "$1" ] || [ -L "$1" ] || return 1
    [ -f "$1" ] || refuse "${1##*/} is not a plain file"
    [ -r "$1" ] || refuse "${1##*/} cannot be read"
    case $1 in
    */status.json) most=16777216 ;;
    *.p7s) most=65536 ;;
    */threshold) most=64 ;;
    *) most=1048575 ;;
    esac
    [ "$(wc -c <"$1")" -le $most ] || refuse "${1##*/} is too large"
}
for file in root.pem crl.pem approvers.pem; do
    is_there "$trust/$file" || refuse "the trust folder must hold $file"
    [ -z "$known" ] || [ $file = approvers.pem ] || is_there "$known/$file" ||
        refuse "the trust folder that you had must hold $file"
done
work=$(mktemp -d) || refuse "no room for temporary files"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT PIPE TERM
# Only what is one certificate, or one list: more of them in a file would be believed, too.
# one FILE KIND WORDS NAME: as $work/NAME, in our own words
one() {
    [ "$(grep -c -e '-----BEGIN ' "$1")" = 1 ] && openssl "$2" -in "$1" -out "$work/$4" 2>/dev/null ||
        refuse "${1##*/} must hold one $3"
}
one "$trust/root.pem" x509 certificate root.pem
one "$trust/crl.pem" crl "list of revoked certificates" crl.pem
root=$work/root.pem
if [ -n "$known" ]; then
    one "$known/root.pem" x509 certificate known-root.pem
    one "$known/crl.pem" crl "list of revoked certificates" known-crl.pem
fi

# 1. Plain files with plain names, none that no manifest lists.
odd=$(find . ! -type f ! -type d | head -n 1 | tr -c 'A-Za-z0-9._/\n-' '?')
[ -z "$odd" ] || refuse "a link or device: $odd"
[ -z "$(find . -type f -path '*[!A-Za-z0-9._/-]*' | head -n 1)" ] ||
    refuse "a file name with unusual characters"
[ -z "$(find . -type f -size +2097152 | head -n 1)" ] || refuse "the package is larger than 1 GiB"
tags='VERIFY.txt bag-info.txt bagit.txt manifest-sha512.txt verify.sh'
for file in $tags tagmanifest-sha512.txt; do
    [ -f "$file" ] || refuse "missing $file"
done
extra=$(find . -type f ! -path './data/*' | sed 's|^\./||' | grep -Evx -e 'VERIFY\.txt' \
    -e 'bag-info\.txt|bagit\.txt|(tag)?manifest-sha512\.txt|verify\.sh' \
    -e 'signatures/approver-[1-9][0-9]?\.p7s' | sort | head -n 1)
[ -z "$extra" ] || refuse "unlisted $extra"
if grep -Evxq '[0-9a-f]{128}  data/[A-Za-z0-9._/-]+' manifest-sha512.txt ||
    grep -Evxq '[0-9a-f]{128}  [A-Za-z0-9._-]+' tagmanifest-sha512.txt; then
    refuse "a manifest line of another form"
fi
cut -c131- manifest-sha512.txt >"$work/listed"
find data -type f 2>/dev/null | sort >"$work/found"
extra=$(grep -Fvx -f "$work/listed" "$work/found" | head -n 1)
[ -z "$extra" ] || refuse "unlisted $extra"
missing=$(grep -Fvx -f "$work/found" "$work/listed" | head -n 1)
[ -z "$missing" ] || refuse "missing $missing"
cmp -s "$work/listed" "$work/found" || refuse "a manifest out of order"
cut -c131- tagmanifest-sha512.txt >"$work/listed"
printf '%s\n' $tags | cmp -s - "$work/listed" ||
    refuse "the tag manifest must list $tags"

# 2. Unchanged bytes.
for list in tagmanifest-sha512.txt manifest-sha512.txt; do
    if ! sha512sum --strict --quiet -c "$list" >"$work/sums" 2>/dev/null; then
        refuse "changed $(sed -n 's/: FAILED.*//p' "$work/sums" | head -n 1)"
    fi
done
info() {
    sed -n "s/^$1: //p" bag-info.txt
}

# 3. How many people must have signed: the package may ask for more, never for fewer.
need=2
at_least() {
    case $1 in
    '' | *[!0-9]* | ????*) refuse "the number of approvals is not a number" ;;
    esac
    [ "$1" -le "$need" ] || need=$1
}
at_least "$(info Cordon-Approvals-Required)"
! is_there "$trust/threshold" || at_least "$(cat "$trust/threshold")"

# 4. Times, all in UTC and as 14 digits, so that they compare as numbers. The root's list of
# revoked certificates must be of the root, and not out of date.
now=$(date -u +%Y%m%d%H%M%S)
soon=$(date -u -d '5 minutes' +%Y%m%d%H%M%S 2>/dev/null) || soon=$now # clocks differ
instants() {
    sed -n -e 's/^[ 0-9]*:d=[ 0-9a-z=]*prim: UTCTIME *:\([0-9]*\)Z$/20\1/p' \
        -e 's/^[ 0-9]*:d=[ 0-9a-z=]*prim: GENERALIZEDTIME *:\([0-9]*\)Z$/\1/p'
}
day() {
    printf %s "$1" | sed 's/^\(....\)\(..\)\(..\).*/\1-\2-\3/'
}
# validity FILE: of a certificate or a list, from $from to $last
validity() {
    # shellcheck disable=SC2046
    set -- $(openssl asn1parse -in "$1" 2>/dev/null | instants | sed 2q)
    from=${1-}
    last=${2-}
}
is_time() {
    case $1 in
    *[!0-9]*) refuse "$2" ;;
    ??????????????) ;;
    *) refuse "$2" ;;
    esac
}
fresh_until() {
    is_time "$1" "the trust folder does not say how long it is good"
    [ "$now" -le "$1" ] ||
        answer 15 "STALE: the trust folder was good until $(day "$1"); get the current one"
}
openssl crl -in "$work/crl.pem" -CAfile "$root" -noout 2>&1 | grep -qx 'verify OK' ||
    refuse "crl.pem is not the root's"
validity "$root"
root_from=$from
root_last=$last
fresh_until "$root_last"
validity "$work/crl.pem"
fresh_until "$last"

# The keys of earlier roots, where root.pem certifies them, are steps on the way to it.
cp "$root" "$work/roots.pem"
n=1
while is_there "$trust/earlier-$n.pem"; do
    one "$trust/earlier-$n.pem" x509 certificate "earlier-$n.pem"
    if openssl verify -no_check_time -CAfile "$root" -no-CApath -no-CAstore \
        "$work/earlier-$n.pem" >/dev/null 2>&1; then
        cat "$work/earlier-$n.pem" >>"$work/roots.pem"
    else
        rm "$work/earlier-$n.pem"
    fi
    n=$((n + 1))
done
cat "$work/roots.pem" "$work/crl.pem" >"$work/roots-and-crl.pem"

# Where you had a trust folder before: the same root, or one that it led to, and no older lists.
# not_before WHAT NUMBER KNOWN-NUMBER
not_before() {
    case $2$3 in
    *[!0-9]*) refuse "$1 has no number" ;;
    esac
    [ "$2" -ge "$3" ] || case $2 in
    0) answer 15 "STALE: $1 is missing, and you had number $3; get the current one" ;;
    *) answer 15 "STALE: $1 is number $2, and you had number $3; get the current one" ;;
    esac
}
crl_number() {
    hex=$(openssl crl -in "$1" -noout -crlnumber 2>/dev/null | sed -n 's/^crlNumber=//p')
    printf '%s\n' "$hex" | grep -Eqx '0x[0-9A-Fa-f]{1,15}' && printf %d "$hex" || printf x
}
public_key() {
    openssl x509 -in "$1" -noout -pubkey 2>/dev/null
}
is_root() {
    openssl x509 -in "$1" -noout -ext basicConstraints 2>/dev/null | grep -q 'CA:TRUE'
}
if [ -n "$known" ]; then
    if ! cmp -s "$root" "$work/known-root.pem"; then
        new=$trust/handover.pem
        is_there "$new" && is_root "$new" && [ "$(public_key "$new")" = "$(public_key "$root")" ] &&
            openssl verify -CAfile "$work/known-root.pem" -no-CApath -no-CAstore -purpose crlsign \
                -untrusted "$new" "$new" >/dev/null 2>&1 ||
            refuse "root.pem is not the root you know, nor certified by it"
    fi
    not_before "the list of revoked certificates" "$(crl_number "$work/crl.pem")" \
        "$(crl_number "$work/known-crl.pem")"
fi

# signer SIGNATURE CONTENT: checks one signature; who made it is then in $name and $key, the end
# of the certificate's time in $until. The certificate was in force when the signer says to have
# signed; what that is worth after $until, step 7 asks.
cms_verify() {
    openssl cms -verify -binary -cades -inform PEM -in "$1" -content "$2" -no-CApath \
        -no-CAstore -nointern -certfile "$trust/approvers.pem" -signer "$work/who.pem" \
        -out /dev/null -no_check_time "$3" "$4" $5 >/dev/null 2>&1
}
# within FROM LAST: was $signed? No longer than that a signature counts.
within() {
    is_time "$1" "a certificate without dates"
    is_time "$2" "a certificate without dates"
    [ "$until" -le "$2" ] || until=$2
    [ "$signed" -ge "$1" ] && [ "$signed" -le "$2" ]
}
signer() {
    rm -f "$work/who.pem"
    # one message and nothing beside it, which another reader could take for the message
    is_there "$1" && [ -z "$(tail -c 1 "$1")" ] &&
        ! sed -e '1{/^-----BEGIN CMS-----$/d;}' -e '${/^-----END CMS-----$/d;}' "$1" |
        grep -Evxq '[A-Za-z0-9+/=]+' || refuse "$1 is not a valid $3"
    revoked=no
    if ! cms_verify "$1" "$2" -CAfile "$work/roots-and-crl.pem" -crl_check; then
        revoked=yes
        cms_verify "$1" "$2" -CAfile "$work/roots.pem" '' || refuse "$1 is not a valid $3"
    fi
    [ "$(grep -c 'BEGIN CERTIFICATE' "$work/who.pem")" = 1 ] ||
        refuse "$1 has more than one signer"
    openssl cms -cmsout -print -noout -inform PEM -in "$1" >"$work/message" 2>/dev/null
    sed -n '/digestAlgorithm:/{n;p;}' "$work/message" | grep -Eq '^ *algorithm: sha(256|384|512) ' ||
        refuse "$1 uses a weak digest"
    [ "$(sed -n -e 's/^ *eContentType: \([^ ]*\) .*/\1/p' -e 's/^ *eContent: //p' "$work/message")" = \
        'pkcs7-data
<ABSENT>' ] || refuse "$1 is not a detached signature"
    openssl x509 -in "$work/who.pem" -noout -pubkey -text \
        -nameopt esc_ctrl,utf8,sep_multiline,lname,space_eq -certopt no_header,no_version \
        -certopt no_serial,no_signame,no_validity,no_issuer,no_sigdump,no_aux >"$work/subject"
    [ "$(grep -c '^ *commonName = ' "$work/subject")" = 1 ] &&
        [ "$(grep -c '^ *organizationName = ' "$work/subject")" = 1 ] ||
        refuse "the certificate of $1 must name one person and one organisation"
    grep -q '^ *Digital Signature' "$work/subject" ||
        refuse "the certificate of $1 is not for signing"
    least=2048
    ! grep -q 'Public Key Algorithm: id-ecPublicKey' "$work/subject" || least=224
    bits=$(sed -n 's/^ *Public-Key: (\([0-9]*\) bit.*/\1/p' "$work/subject")
    [ "${bits:-0}" -ge $least ] || refuse "$1 was made with a weak key"
    name=$(sed -n '/^ *commonName = /{s///;s/\\\\/\\/g;p;}' "$work/subject") # esc_ctrl doubles \
    key=$({ # one point of a curve has several encodings
        openssl pkey -pubin -in "$work/subject" -ec_conv_form uncompressed -outform DER ||
            openssl pkey -pubin -in "$work/subject" -outform DER
    } 2>/dev/null | sha512sum)
    [ $revoked = no ] || answer 14 "REVOKED: the certificate of $name is revoked"
    signed=$(openssl asn1parse -in "$1" 2>/dev/null |
        sed -n '/prim: OBJECT *:signingTime$/{n;n;p;}' | instants)
    is_time "$signed" "$1 does not say when it was made"
    [ "$signed" -le "$soon" ] || refuse "$1 is not a valid $3"
    until=$root_last
    within "$root_from" "$root_last" || refuse "$1 is not a valid $3"
    for certificate in "$work"/earlier-[0-9]* "$work/who.pem"; do
        [ "$certificate" = "$work/who.pem" ] || openssl verify -no_check_time -partial_chain \
            -no-CApath -no-CAstore -trusted "$certificate" "$work/who.pem" >/dev/null 2>&1 || continue
        validity "$certificate"
        within "$from" "$last" || refuse "$1 is not a valid $3"
    done
}

# 5. Approvals: every one is good; people and keys are counted once.
: >"$work/names"
: >"$work/keys"
: >"$work/organisations"
count=0
repeated=no
ended=
for signature in signatures/approver-*.p7s; do
    [ -f "$signature" ] || continue
    signer "$signature" tagmanifest-sha512.txt approval
    grep -Fxq -e "Cordon-Approver: $name" bag-info.txt ||
        refuse "$name is not an approver of this release"
    [ "$now" -le "$until" ] || ended="${ended:-the certificate of $name ended on $(day "$until")}"
    if ! grep -Fxq -e "$name" "$work/names" &&
        ! grep -Fxq -e "$key" "$work/keys"; then
        count=$((count + 1))
        printf '%s\n' "$name" >>"$work/names"
        printf '%s\n' "$key" >>"$work/keys"
        sed -n 's/^ *organizationName = //p' "$work/subject" >>"$work/organisations"
    else
        repeated=yes
    fi
done
[ "$count" -ge "$need" ] || refuse "$count of $need approvals"
[ $repeated = no ] || refuse "an approval is there twice"

# 6. In which roles, and from how many organisations, where the agreement says so.
info Cordon-Role-Required >"$work/roles"
while read -r role number; do
    has=0
    while IFS= read -r name; do
        grep -Fxq -e "Cordon-Approver-Role: $role $name" bag-info.txt && has=$((has + 1))
    done <"$work/names"
    case $number in
    '' | *[!0-9]* | ????*) refuse "the number of approvals is not a number" ;;
    esac
    [ "$has" -ge "$number" ] || refuse "$has of $number approvals as $role"
done <"$work/roles"
if grep -Fxq 'Cordon-One-Per-Organisation: yes' bag-info.txt; then
    [ "$(sort -u "$work/organisations" | wc -l)" -eq "$count" ] ||
        refuse "two approvals by one organisation"
fi

# 7. The status list, signed by an approver whose certificate is in force: is the release
# withdrawn or replaced? When an approver's certificate has ended, the list must know these bytes.
list() {
    [ ! -e "$2/status.json" ] ||
        sed -n "s/^  \"$1\": \"*\([^\",]*\)\"*,*\$/\1/p" "$2/status.json"
}
version=0
standing="not known, the trust folder has no status list"
listed=
if is_there "$trust/status.json"; then
    is_there "$trust/status.json.p7s" || refuse "the status list is not signed"
    signer "$trust/status.json.p7s" "$trust/status.json" "signature of the status list"
    [ "$now" -le "$until" ] || refuse "the certificate that signed the status list has expired"
    digits() {
        list "$1" "$trust" | sed 's/[^0-9]//g'
    }
    # line by line, so that no line can mean something else to another reader
    lines='[{}]|  },|    },?|  "ledger": "[^"]*",|  "releases": [{](},)?'
    lines="$lines|  \"(issued|nextUpdate)\": \"[0-9-]{10}T[0-9:]{8}Z\","
    lines="$lines|    \"[A-Za-z0-9_-]+\": [{]|      \"signedBytes\": \"[0-9a-f]{64}\",?"
    lines="$lines|      \"(by|reason|status)\": \"[^\"]*\",?|  \"version\": [1-9][0-9]{0,17}"
    ! grep -Evxq "$lines" "$trust/status.json" ||
        refuse "status.json is not a status list"
    is_time "$(digits issued)" "status.json is not a status list"
    [ "$(digits issued)" -le "$soon" ] || refuse "status.json is from the future"
    fresh_until "$(digits nextUpdate)"
    version=$(list version "$trust")
    [ -n "$version" ] || refuse "status.json is not a status list"
fi
had=0
if [ -n "$known" ] && is_there "$known/status.json"; then
    had=$(list version "$known")
    printf '%s\n' "$had" | grep -Eqx '[1-9][0-9]{0,17}' ||
        refuse "the status.json that you had is not a status list"
fi
not_before "the status list" "$version" "$had"
if [ -e "$trust/status.json" ]; then
    release=$(info External-Identifier)
    case $release in
    '' | *[!A-Za-z0-9_-]*) refuse "the release has no plain name" ;;
    esac
    sed -n "/^    \"$release\": {\$/,/^    }/p" "$trust/status.json" >"$work/entry"
    entry() {
        sed -n "s/^      \"$1\": \"\(.*\)\",*\$/\1/p" "$work/entry"
    }
    listed=$(entry status)
    digest=$(openssl dgst -sha256 -r tagmanifest-sha512.txt | cut -c1-64)
    [ -z "$listed" ] || [ "$(entry signedBytes)" = "$digest" ] ||
        refuse "the status list has other bytes for this release"
    standing="${listed:-not listed} (list $version of $(day "$(digits issued)"), next by \
$(day "$(digits nextUpdate)"))"
fi
[ -z "$ended" ] || [ -n "$listed" ] ||
    answer 10 "EXPIRED: $ended, and no status list vouches for the release"
case $listed in
'' | active) ;;
withdrawn) answer 12 "WITHDRAWN: $(entry reason)" ;;
superseded) answer 13 "SUPERSEDED: by $(entry by)" ;;
*) refuse "status.json is not a status list" ;;
esac

# 8. The days on which the release may be used.
for tag in Cordon-Not-Before Cordon-Not-After; do
    info $tag | grep -Eqx '[0-9]{4}-[0-9]{2}-[0-9]{2}' ||
        refuse "no dates between which the release may be used"
done
today=$(date -u +%Y%m%d)
[ "$today" -le "$(info Cordon-Not-After | sed 's/-//g')" ] ||
    answer 10 "EXPIRED: the release could be used until $(info Cordon-Not-After)"
[ "$today" -ge "$(info Cordon-Not-Before | sed 's/-//g')" ] ||
    answer 11 "NOT YET: the release may be used from $(info Cordon-Not-Before)"

echo "OK: $count approvals"
sed 's/^/  approved by /' "$work/names"
echo "  status: $standing"
