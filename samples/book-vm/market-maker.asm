; Quotes both sides around a fair price, in place of the quotes before: one BulkOrderUpdate.
; input: seat, fairTicks, halfSpreadTicks, lots, levels (u64 each; 1 to 127 levels)
; r0: messages executed. Word 0 of the shard: the fair price last quoted around.
    mov64 r6, r1
    lddw r7, 0x300000000    ; the heap, all zero: order messages of 32 bytes
    ldxdw r8, [r6+0]
    stb [r7+0], 3           ; cancel all
    stxh [r7+2], r8
    mov64 r9, r7
    add64 r9, 32
    mov64 r5, 0
level:
    ldxdw r1, [r6+8]
    ldxdw r2, [r6+16]
    ldxdw r3, [r6+24]
    mov64 r4, r1
    sub64 r4, r2
    sub64 r4, r5
    stb [r9+0], 1           ; place
    stb [r9+1], 6           ; bid, post-only
    stxh [r9+2], r8
    stxdw [r9+16], r4
    stxdw [r9+24], r3
    mov64 r4, r1
    add64 r4, r2
    add64 r4, r5
    stb [r9+32], 1          ; place
    stb [r9+33], 7          ; ask, post-only
    stxh [r9+34], r8
    stxdw [r9+48], r4
    stxdw [r9+56], r3
    add64 r9, 64
    add64 r5, 1
    ldxdw r1, [r6+32]
    jlt r5, r1, level

    mov64 r1, r7
    mov64 r2, r9
    sub64 r2, r7
    rsh64 r2, 5
    mov64 r3, 0             ; no error for each message
    bulkupdate r8

    mov64 r1, 0
    ldxdw r2, [r6+8]
    updateshard r0
    mov64 r0, r8
    exit
