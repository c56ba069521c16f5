; A counter for each wallet, in an account at an address derived from "counter" and the wallet. It counts at most once a day.
;
; accounts      0 wallet (signs, writable)   1 counter (writable)   2 system program
; instructions  0, bump    creates the counter: 16 bytes, paid by the wallet
;               1          counts; the new count is the return data
;               2, u64     moves lamports from the wallet to the counter
; counter       count u64, time of the last count i64 (seconds since 1970)
; errors        1 too early   2 not such a call

entrypoint:
    mov64 r6, r1                ; input: accounts
    mov64 r7, r2                ; instruction data; its length is before it, the program's id behind it
    ldxdw r1, [r6+0]
    jne r1, 3, bad_call
    ldxdw r1, [r6+88]           ; a wallet has no data, so the next account is where it is below
    jne r1, 0, bad_call
    ldxb r1, [r6+10344]
    jne r1, 255, bad_call       ; the counter is an account mentioned before
    ldxdw r1, [r7-8]
    jeq r1, 0, bad_call
    ldxb r1, [r7+0]
    jeq r1, 0, create
    jeq r1, 1, count
    jeq r1, 2, donate
bad_call:
    mov64 r0, 2
    exit

count:
    mov64 r1, r10
    add64 r1, -40
    syscall sol_get_clock_sysvar
    ldxdw r8, [r10-8]           ; the time now
    ldxdw r1, [r6+10424]        ; the counter's length
    jne r1, 16, bad_call
    ldxdw r1, [r6+10440]
    add64 r1, 86400
    jsgt r1, r8, too_early
    stxdw [r6+10440], r8
    ldxdw r1, [r6+10432]
    add64 r1, 1
    stxdw [r6+10432], r1
    stxdw [r10-8], r1
    mov64 r1, r10
    add64 r1, -8
    mov64 r2, 8
    syscall sol_set_return_data
    lddw r1, counted
    mov64 r2, 7
    syscall sol_log_
    mov64 r0, 0
    exit
too_early:
    lddw r1, come_back
    mov64 r2, 18
    syscall sol_log_
    mov64 r0, 1
    exit

; system program: create account (u32 0, lamports u64, space u64, owner)
create:
    ldxdw r1, [r7-8]
    jne r1, 2, bad_call
    stw [r10-56], 0
    mov64 r1, 1002240           ; rent exemption of 16 bytes
    stxdw [r10-52], r1
    mov64 r1, 16
    stxdw [r10-44], r1
    ldxdw r1, [r7+2]            ; this program
    stxdw [r10-36], r1
    ldxdw r1, [r7+10]
    stxdw [r10-28], r1
    ldxdw r1, [r7+18]
    stxdw [r10-20], r1
    ldxdw r1, [r7+26]
    stxdw [r10-12], r1
    mov64 r9, 52
    ; seeds: "counter", wallet, bump
    lddw r1, seed
    stxdw [r10-296], r1
    mov64 r1, 7
    stxdw [r10-288], r1
    mov64 r1, r6
    add64 r1, 16
    stxdw [r10-280], r1
    mov64 r1, 32
    stxdw [r10-272], r1
    mov64 r1, r7
    add64 r1, 1
    stxdw [r10-264], r1
    mov64 r1, 1
    stxdw [r10-256], r1
    mov64 r1, r10
    add64 r1, -296
    stxdw [r10-312], r1
    mov64 r1, 3
    stxdw [r10-304], r1
    mov64 r8, 1
    ja call_system

; system program: transfer (u32 2, lamports u64)
donate:
    ldxdw r1, [r7-8]
    jne r1, 9, bad_call
    stw [r10-56], 2
    ldxdw r1, [r7+1]
    stxdw [r10-52], r1
    mov64 r9, 12
    mov64 r8, 0

; calls the system program with wallet and counter; its data is at r10-56, r9 bytes; r8 = 1 where the counter signs
call_system:
    mov64 r1, r6
    add64 r1, 16                ; wallet: key, lamports, length, data, owner, flags
    stxdw [r10-96], r1
    stb [r10-88], 1
    stb [r10-87], 1
    stxdw [r10-248], r1
    mov64 r1, r6
    add64 r1, 80
    stxdw [r10-240], r1
    mov64 r1, 0
    stxdw [r10-232], r1
    mov64 r1, r6
    add64 r1, 96
    stxdw [r10-224], r1
    mov64 r1, r6
    add64 r1, 48
    stxdw [r10-216], r1
    mov64 r1, 0
    stxdw [r10-208], r1
    ldxb r1, [r6+9]
    stxb [r10-200], r1
    ldxb r1, [r6+10]
    stxb [r10-199], r1
    stb [r10-198], 0
    mov64 r1, r6
    add64 r1, 10352             ; counter
    stxdw [r10-80], r1
    stb [r10-72], 1
    stxb [r10-71], r8
    stxdw [r10-192], r1
    mov64 r1, r6
    add64 r1, 10416
    stxdw [r10-184], r1
    ldxdw r1, [r6+10424]
    stxdw [r10-176], r1
    mov64 r1, r6
    add64 r1, 10432
    stxdw [r10-168], r1
    mov64 r1, r6
    add64 r1, 10384
    stxdw [r10-160], r1
    mov64 r1, 0
    stxdw [r10-152], r1
    ldxb r1, [r6+10345]
    stxb [r10-144], r1
    ldxb r1, [r6+10346]
    stxb [r10-143], r1
    stb [r10-142], 0
    lddw r1, system_program     ; the instruction
    stxdw [r10-136], r1
    mov64 r1, r10
    add64 r1, -96
    stxdw [r10-128], r1
    mov64 r1, 2
    stxdw [r10-120], r1
    mov64 r1, r10
    add64 r1, -56
    stxdw [r10-112], r1
    stxdw [r10-104], r9
    mov64 r1, r10
    add64 r1, -136
    mov64 r2, r10
    add64 r2, -248
    mov64 r3, 2
    mov64 r4, r10
    add64 r4, -312
    mov64 r5, r8
    syscall sol_invoke_signed_c
    mov64 r0, 0
    exit

.rodata
seed:
    .ascii "counter"
counted:
    .ascii "counted"
come_back:
    .ascii "come back tomorrow"
system_program:
    .quad 0, 0, 0, 0
