; A batch auction of orders of one size: finds the price at which most of them trade (of several the lowest), and trades them there.
; Orders that come first are served first. Nothing else rests in the shard, and no seat both buys and sells.
; input: bids, asks, lots (u64 each; 1 to 64 bids and asks); then u64 each: prices of the bids, prices of the asks,
;        seats of the bids, seats of the asks
; r0: orders filled on each side, or a negative error. Word 1 of the shard: the clearing price.
    mov64 r6, r1
    stdw [r10-8], 0         ; most orders so far
    stdw [r10-16], 0        ; the price for them
    mov64 r7, 0
candidate:
    mov64 r3, r7
    lsh64 r3, 3
    add64 r3, r6
    ldxdw r3, [r3+24]
    call check
    jle r0, r5, as_many
    mov64 r0, r5
as_many:
    ldxdw r1, [r10-8]
    jgt r0, r1, better
    jlt r0, r1, next
    ldxdw r1, [r10-16]
    jge r3, r1, next
better:
    stxdw [r10-8], r0
    stxdw [r10-16], r3
next:
    add64 r7, 1
    ldxdw r1, [r6+0]
    ldxdw r2, [r6+8]
    add64 r1, r2
    jlt r7, r1, candidate
    ldxdw r7, [r10-8]
    jeq r7, 0, done

    ; Which orders may trade at the price.
    ldxdw r3, [r10-16]
    call check
    stxdw [r10-24], r1      ; bids
    stxdw [r10-32], r2      ; asks

    ; Sellers rest at the price.
    mov64 r8, 0
seller:
    jeq r7, 0, buyers
    ldxdw r0, [r10-32]
    rsh64 r0, r8
    and64 r0, 1
    jeq r0, 0, next_seller
    ldxdw r1, [r6+0]
    lsh64 r1, 1
    ldxdw r2, [r6+8]
    add64 r1, r2
    add64 r1, r8
    lsh64 r1, 3
    add64 r1, r6
    ldxdw r1, [r1+24]       ; seat
    mov64 r2, 1             ; an ask that may rest
    ldxdw r3, [r10-16]
    ldxdw r4, [r6+16]
    mov64 r5, 0
    placeorder r0
    jne r0, 0, failed
    sub64 r7, 1
next_seller:
    add64 r8, 1
    ja seller

    ; Buyers match them.
buyers:
    ldxdw r7, [r10-8]
    mov64 r8, 0
buyer:
    jeq r7, 0, done
    ldxdw r0, [r10-24]
    rsh64 r0, r8
    and64 r0, 1
    jeq r0, 0, next_buyer
    ldxdw r1, [r6+0]
    ldxdw r2, [r6+8]
    add64 r1, r2
    add64 r1, r8
    lsh64 r1, 3
    add64 r1, r6
    ldxdw r1, [r1+24]       ; seat
    mov64 r2, 0             ; a bid
    ldxdw r3, [r10-16]
    ldxdw r4, [r6+16]
    matchorders r0
    jne r0, 0, failed
    sub64 r7, 1
next_buyer:
    add64 r8, 1
    ja buyer
done:
    mov64 r1, 1
    ldxdw r2, [r10-16]
    updateshard r0
    ldxdw r0, [r10-8]
    exit
failed:
    neg64 r0
    exit

; r3 price: r0 bids and r5 asks that would trade at it, r1 and r2 their masks.
check:
    ldxdw r2, [r6+8]
    ldxdw r1, [r6+0]
    lsh64 r1, 3
    add64 r1, r6
    add64 r1, 24
    mov64 r4, r10
    add64 r4, -8
    pricecheckle r5
    ldxdw r2, [r6+0]
    mov64 r1, r6
    add64 r1, 24
    mov64 r4, r10
    add64 r4, -16
    pricecheckge r0
    ldxdw r2, [r10-8]
    ldxdw r1, [r10-16]
    exit
