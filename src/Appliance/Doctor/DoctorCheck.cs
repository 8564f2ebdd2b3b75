namespace Appliance.Doctor;

/// <summary>What a check found.</summary>
public enum DoctorVerdict
{
    Ok,

    /// <summary>It works, but not as well as it could.</summary>
    Warning,

    /// <summary>It cannot work like this.</summary>
    Problem,
}

/// <summary>One thing that was checked, and what to do about it.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Finding">What was found, in words.</param>
/// <param name="Remedy">What to do, or null.</param>
public sealed record DoctorCheck(string Subject, DoctorVerdict Verdict, string Finding, string? Remedy = null);
