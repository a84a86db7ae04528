namespace Mainstay.Agents;

/// <summary>Init scripts' exit codes as OCF codes (spec/agents.md section 7).</summary>
internal static class LsbExitCode
{
    private const int NotInstalled = 150;
    private const int InsufficientPrivileges = 151;

    /// <summary>Of <c>status</c>.</summary>
    public static int FromStatus(int code) => code switch
    {
        0 => OcfExitCode.Success,
        1 or 2 or 3 => OcfExitCode.NotRunning,
        NotInstalled => OcfExitCode.NotInstalled,
        InsufficientPrivileges => OcfExitCode.InsufficientPrivileges,
        _ => OcfExitCode.Generic,
    };

    /// <summary>Of any other action.</summary>
    public static int FromAction(int code) => code is >= 0 and <= 7 ? code : OcfExitCode.Generic;
}
