; The example of the origin document: one order, then the best price.
; Run on shard 0 of 8:  new BookVirtualMachine(program, shards: 8).Run()
    mov64 r1, 0             ; seat
    mov64 r2, 0             ; flags: a bid that may rest
    mov64 r3, 100           ; price
    mov64 r4, 10            ; amount
    mov64 r5, 1             ; id
    placeorder r0           ; 0, or a BookError
    bestbid r6
    exit
