namespace Velox.Bpf;

/// <summary>Why a program was refused.</summary>
public enum VerifierRule
{
    None,
    EmptyProgram,
    LengthNotMultipleOf8,
    TooManyInstructions,
    EntryOutsideProgram,
    UnknownOpcode,
    UnknownVariant,
    UnusedFieldNotZero,
    SourceRegister,
    DestinationRegister,
    FramePointerReadOnly,
    FrameStepNotAligned,
    CallRegister,
    DivisionByZero,
    ShiftTooLarge,
    WideLoadCutOff,
    WideLoadIncomplete,
    JumpOutsideProgram,
    JumpIntoWideLoad,
    CallOutsideProgram,
    UnknownHostFunction,

    /// <summary>An added instruction's own rule.</summary>
    AddedInstruction,
}
