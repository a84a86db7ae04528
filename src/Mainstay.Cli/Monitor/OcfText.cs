namespace Mainstay.Cli.Monitor;

/// <summary>Exit codes of agents in words (spec/cli-crm.md section 4).</summary>
internal static class OcfText
{
    /// <summary>The words of an exit code.</summary>
    public static string Of(int code) => code switch
    {
        0 => "OK",
        1 => "Error occurred",
        2 => "Invalid parameter",
        3 => "Unimplemented",
        4 => "Insufficient privileges",
        5 => "Not installed",
        6 => "Not configured",
        7 => "Not running",
        8 => "Promoted",
        9 => "Failed in promoted role",
        190 => "Service active but might fail soon",
        191 => "Promoted but might fail soon",
        193 => "Unknown exit status",
        _ => $"Unknown exit status ({code})",
    };

    /// <summary>The words of an execution status.</summary>
    public static string Status(int status) => status switch
    {
        -1 => "Pending",
        0 => "Done",
        1 => "Cancelled",
        2 => "Timed Out",
        3 => "Not supported",
        4 => "Error",
        5 => "Hard error",
        6 => "Hard error",
        7 => "Not installed",
        8 => "Internal communication failure",
        9 => "No fence device",
        10 => "Not connected to remote",
        11 => "Invalid",
        _ => $"Unknown status ({status})",
    };
}
